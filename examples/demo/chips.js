// A chip: a trader's name in the trader's colour. The same in the table, the trader list and the signals.

/**
 * @param {string} id
 * @param {number} color
 */
export function chip(id, color) {
  const element = document.createElement('span')
  element.className = 'chip'
  element.dataset.color = String(color)
  element.textContent = id
  return element
}
