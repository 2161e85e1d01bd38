/** Which small pictures of a long row exist: those in sight, and a few beside them. */

/** Beside those in sight, at either end. */
const SPARE = 4

/** The indexes of the pictures that are in sight or near, `left` CSS pixels scrolled, each `step` wide with its gap. */
export function inStrip(left: number, width: number, step: number, count: number): number[] {
  const first = Math.max(0, Math.min(count, Math.floor(left / step) - SPARE))
  const last = Math.min(count, Math.ceil((left + width) / step) + SPARE)
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i)
}

/** How far to scroll for a picture to be in sight with its neighbours: as little as needed. */
export function scrolledTo(index: number, left: number, width: number, step: number): number {
  const [from, to] = [Math.max(0, (index - 1) * step), (index + 2) * step]
  if (width < 3 * step) return Math.max(0, index * step - (width - step) / 2)
  if (from < left) return from
  return to > left + width ? to - width : left
}
