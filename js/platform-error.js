/** Errors of the platform files: an Error with a `code`, before anything knows about the public error type. */

/**
 * @param {string} code
 * @param {string} message
 * @param {unknown} [cause]
 * @returns {Error & { code: string }}
 */
export function codedError(code, message, cause) {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code })
}
