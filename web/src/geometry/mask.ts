/** Masks as documents hold them: run lengths row by row in the tight box around what is on, beginning with off. */

import type { Spans } from "./spans.ts"

export interface RunMask {
  /** Column and row of the first pixel of the box. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Off, on, off ...; the first may be 0, no other; the sum is width x height. */
  readonly runs: readonly number[]
}

export function spansOf({ x, y, width, runs }: RunMask): Spans {
  const cells: number[] = []
  let at = 0
  runs.forEach((length, i) => {
    if (i % 2 === 1) {
      let [row, column, rest] = [Math.floor(at / width), at % width, length]
      // A run goes on in the next row, where the box ends.
      while (rest > 0) {
        const part = Math.min(rest, width - column)
        cells.push(y + row, x + column, x + column + part)
        rest -= part
        row++
        column = 0
      }
    }
    at += length
  })
  return Int32Array.from(cells)
}

/** The mask of these pixels; null of none. */
export function maskOf(spans: Spans): RunMask | null {
  if (spans.length === 0) return null
  const y = spans[0] as number
  const height = (spans[spans.length - 3] as number) - y + 1
  let [left, right] = [Infinity, -Infinity]
  for (let at = 0; at < spans.length; at += 3) {
    left = Math.min(left, spans[at + 1] as number)
    right = Math.max(right, spans[at + 2] as number)
  }
  const width = right - left
  const runs: number[] = [0]
  let end = 0
  for (let at = 0; at < spans.length; at += 3) {
    const start = ((spans[at] as number) - y) * width + (spans[at + 1] as number) - left
    const length = (spans[at + 2] as number) - (spans[at + 1] as number)
    if (start > end || runs.length === 1) {
      if (runs.length === 1) runs[0] = start
      else runs.push(start - end)
      runs.push(length)
    } else runs[runs.length - 1] = (runs[runs.length - 1] as number) + length
    end = start + length
  }
  if (end < width * height) runs.push(width * height - end)
  return { x: left, y, width, height, runs }
}

export function maskArea({ runs }: RunMask): number {
  return runs.reduce((sum, length, i) => (i % 2 === 1 ? sum + length : sum), 0)
}

/** What differs between two masks: pixels put on, and pixels taken off. */
export interface Patch {
  readonly added: Spans
  readonly removed: Spans
}
