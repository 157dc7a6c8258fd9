/**
 * The words of an item as the core packs it (js/signals.js).
 * @param {number} trader handle
 * @param {number} flags
 * @param {number[]} entered slots
 * @param {number[]} left slots
 * @param {number} columns
 */
export function packedWords(trader, flags, entered, left, columns) {
  const blocks = [...new Set([...entered, ...left].map((slot) => slot >> 6))].sort((a, b) => a - b)
  const bits = (slots, block, half) =>
    slots
      .filter((slot) => slot >> 5 === block * 2 + half)
      .reduce((word, slot) => word | (1 << (slot & 31)), 0)
  const changes = blocks.flatMap((block) => [
    block,
    ...[entered, left].flatMap((slots) => [0, 1].map((half) => bits(slots, block, half))),
  ])
  return [trader, flags, entered.length, left.length, columns, blocks.length, ...changes]
}
