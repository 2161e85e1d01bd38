/**
 * The connected pieces of spans, and the outlines around them. Two pixels are connected if they share a side; where two touch
 * at a corner only, the outlines touch there and do not join. The rules are those of `fairmark.modalities.image.marks.spans`.
 */

import type { Path, XY } from "./path.ts"
import { allOf, covers, type Spans, shifted, without } from "./spans.ts"

/** The number of the piece that each span is of, counted from 0 in the order of their first spans. */
export function pieceNumbers(spans: Spans): Int32Array {
  const count = spans.length / 3
  const above = new Int32Array(count).map((_, i) => i)
  const root = (number: number): number => {
    let at = number
    while (above[at] !== at) {
      above[at] = above[above[at] as number] as number
      at = above[at] as number
    }
    return at
  }
  const row = (number: number) => spans[3 * number] as number
  const start = (number: number) => spans[3 * number + 1] as number
  const end = (number: number) => spans[3 * number + 2] as number
  let over = 0
  for (let here = 0; here < count; here++) {
    while (over < here && (row(over) < row(here) - 1 || (row(over) === row(here) - 1 && end(over) <= start(here))))
      over++
    for (let other = over; other < here && row(other) === row(here) - 1 && start(other) < end(here); other++) {
      const [ours, theirs] = [root(here), root(other)]
      above[Math.max(ours, theirs)] = Math.min(ours, theirs)
    }
  }
  const numbers = new Map<number, number>()
  return above.map((_, number) => {
    const first = root(number)
    if (!numbers.has(first)) numbers.set(first, numbers.size)
    return numbers.get(first) as number
  })
}

/** Each connected piece by itself. */
export function piecesOf(spans: Spans): Spans[] {
  const numbers = pieceNumbers(spans)
  const counts: number[] = []
  for (const number of numbers) counts[number] = (counts[number] ?? 0) + 1
  const pieces = counts.map((count) => new Int32Array(3 * count))
  const filled = counts.map(() => 0)
  numbers.forEach((number, i) => {
    const at = filled[number] as number
    ;(pieces[number] as Int32Array).set(spans.subarray(3 * i, 3 * i + 3), at)
    filled[number] = at + 3
  })
  return pieces
}

/** What is enclosed by the spans and is not theirs: a piece by itself each. */
export function holesOf(spans: Spans): Spans[] {
  if (spans.length === 0) return []
  const [top, bottom] = [spans[0] as number, spans[spans.length - 3] as number]
  let [left, right] = [Infinity, -Infinity]
  for (let at = 0; at < spans.length; at += 3) {
    left = Math.min(left, spans[at + 1] as number)
    right = Math.max(right, spans[at + 2] as number)
  }
  const box = shifted(allOf({ width: right - left, height: bottom - top + 1 }), left, top)
  return piecesOf(without(box, spans)).filter((piece) => {
    for (let at = 0; at < piece.length; at += 3) {
      const [row, start, end] = [piece[at], piece[at + 1], piece[at + 2]] as [number, number, number]
      if (row === top || row === bottom || start === left || end === right) return false
    }
    return true
  })
}

/** The piece of `pieces` that has this pixel, or null. */
export function pieceAt(pieces: readonly Spans[], column: number, row: number): Spans | null {
  return pieces.find((piece) => covers(piece, column, row)) ?? null
}

interface Side {
  readonly left: number
  readonly right: number
  readonly row: number
  /** Above the pixels it runs from left to right, below them from right to left. */
  readonly isUpper: boolean
  /** Whether the outline goes on downwards from its end. */
  readonly turnsDown: boolean
  readonly piece: number
}

/** The outlines of the pieces: of each its outer ring, which runs clockwise on a screen, then its holes. Corners only. */
export function outlinesOf(spans: Spans): Path[][] {
  const sides = sidesOf(spans)
  const starting = new Map<number, number>()
  const ending = new Map<number, number>()
  const columns = new Map<number, number[]>()
  const place = (column: number, row: number) => column * 2 ** 26 + row
  const note = (column: number, row: number) => {
    const rows = columns.get(column)
    if (!rows) columns.set(column, [row])
    // Sides come from the top, so the rows are in order.
    else if (rows[rows.length - 1] !== row) rows.push(row)
  }
  sides.forEach(({ left, right, row, isUpper }, number) => {
    if (isUpper) starting.set(place(left, row), number)
    else ending.set(place(right, row), number)
    note(left, row)
    note(right, row)
  })

  const taken = new Uint8Array(sides.length)
  const ringFrom = (first: number): Path => {
    const corners: XY[] = []
    let number = first
    while (!taken[number]) {
      taken[number] = 1
      const { left, right, row, isUpper, turnsDown } = sides[number] as Side
      const [begin, end] = isUpper ? [left, right] : [right, left]
      corners.push([begin, row], [end, row])
      const rows = columns.get(end) as number[]
      const at = indexIn(rows, row)
      // Down: what is on lies to the left; up: to the right. Where pieces touch, the outline keeps to its own.
      const next = place(end, rows[turnsDown ? at + 1 : at - 1] as number)
      const [wanted, other] = turnsDown ? [ending, starting] : [starting, ending]
      number = (wanted.get(next) ?? other.get(next)) as number
    }
    return corners
  }

  const found: Path[][] = []
  sides.forEach(({ piece }, number) => {
    // The first side of a piece is on its outer ring, since sides come from the top.
    if (taken[number]) return
    const rings = found[piece] ?? []
    rings.push(ringFrom(number))
    found[piece] = rings
  })
  return found
}

function indexIn(rows: readonly number[], row: number): number {
  let [low, high] = [0, rows.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle] as number) < row) low = middle + 1
    else high = middle
  }
  return low
}

/** The level sides of the outlines, from the top. */
function sidesOf(spans: Spans): Side[] {
  const numbers = pieceNumbers(spans)
  const sides: Side[] = []
  const row = (at: number) => spans[at] as number
  const rowEnd = (at: number) => {
    let end = at
    while (end < spans.length && spans[end] === spans[at]) end += 3
    return end
  }
  let [upper, upperEnd, lower] = [0, 0, 0]
  while (upper < upperEnd || lower < spans.length) {
    // The next line between rows: below the row that was seen last, or above the one that comes.
    const level = upper < upperEnd ? row(upper) + 1 : row(lower)
    const lowerEnd = lower < spans.length && row(lower) === level ? rowEnd(lower) : lower
    beside(spans, lower, lowerEnd, upper, upperEnd, (at, left, right) => {
      sides.push({
        left,
        right,
        row: level,
        isUpper: true,
        turnsDown: right === spans[at + 2],
        piece: numbers[at / 3] as number,
      })
    })
    beside(spans, upper, upperEnd, lower, lowerEnd, (at, left, right) => {
      const turnsDown = left !== spans[at + 1]
      sides.push({ left, right, row: level, isUpper: false, turnsDown, piece: numbers[at / 3] as number })
    })
    upper = lower
    upperEnd = lowerEnd
    lower = lowerEnd
  }
  return sides
}

/** Tells what of the spans of one row lies beside none of those of the other. */
function beside(
  spans: Spans,
  from: number,
  to: number,
  others: number,
  othersEnd: number,
  tell: (at: number, left: number, right: number) => void,
): void {
  let other = others
  for (let at = from; at < to; at += 3) {
    let start = spans[at + 1] as number
    const end = spans[at + 2] as number
    while (other < othersEnd && (spans[other + 2] as number) <= start) other += 3
    for (let each = other; each < othersEnd && (spans[each + 1] as number) < end; each += 3) {
      if ((spans[each + 1] as number) > start) tell(at, start, spans[each + 1] as number)
      start = Math.max(start, spans[each + 2] as number)
    }
    if (start < end) tell(at, start, end)
  }
}
