/** The package as it is built: bench/ is a package of its own, so it cannot import tickscan by its name. */

export * from '../../dist/node.js'
