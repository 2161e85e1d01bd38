/**
 * Pixels as spans of rows: [row, start, end] after one another, by row and then by start; a span covers the columns from
 * `start` to just before `end`, and spans of one row neither touch nor overlap. Pixel (row i, column j) is the unit square
 * [j, j+1) x [i, i+1) of image space.
 */

import type { Size } from "./box.ts"
import type { Path, XY } from "./path.ts"

export type Spans = Int32Array

export const NO_SPANS: Spans = new Int32Array(0)
const STEP = 3

/** Collects spans in their order; those that touch become one. */
class SpanList {
  #cells = new Int32Array(48)
  #length = 0

  push(row: number, start: number, end: number): void {
    if (start >= end) return
    const cells = this.#cells
    const last = this.#length - STEP
    if (last >= 0 && cells[last] === row && (cells[last + 2] as number) >= start) {
      cells[last + 2] = Math.max(cells[last + 2] as number, end)
      return
    }
    if (this.#length === cells.length) {
      this.#cells = new Int32Array(2 * cells.length)
      this.#cells.set(cells)
    }
    this.#cells[this.#length] = row
    this.#cells[this.#length + 1] = start
    this.#cells[this.#length + 2] = end
    this.#length += STEP
  }

  done(): Spans {
    return this.#cells.slice(0, this.#length)
  }
}

export function areaOf(spans: Spans): number {
  let area = 0
  for (let at = 0; at < spans.length; at += STEP) area += (spans[at + 2] as number) - (spans[at + 1] as number)
  return area
}

/** The index of the first span that lies in `row` or below. */
function firstIn(spans: Spans, row: number): number {
  let [low, high] = [0, spans.length / STEP]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[STEP * middle] as number) < row) low = middle + 1
    else high = middle
  }
  return STEP * low
}

/** The spans of the rows from `top` to just before `bottom`: a view of the same memory. */
export function rowsOf(spans: Spans, top: number, bottom: number): Spans {
  return spans.subarray(firstIn(spans, top), firstIn(spans, bottom))
}

export function covers(spans: Spans, column: number, row: number): boolean {
  for (let at = firstIn(spans, row); at < spans.length && spans[at] === row; at += STEP) {
    if ((spans[at + 1] as number) > column) return false
    if ((spans[at + 2] as number) > column) return true
  }
  return false
}

type Keeps = (inOurs: boolean, inTheirs: boolean) => boolean

function combined(ours: Spans, theirs: Spans, keeps: Keeps): Spans {
  const list = new SpanList()
  let [a, b] = [0, 0]
  while (a < ours.length || b < theirs.length) {
    const row = Math.min(ours[a] ?? Infinity, theirs[b] ?? Infinity)
    let [at, inOurs, inTheirs] = [0, false, false]
    for (;;) {
      const ourTurn = ours[a] === row ? (ours[a + (inOurs ? 2 : 1)] as number) : Infinity
      const theirTurn = theirs[b] === row ? (theirs[b + (inTheirs ? 2 : 1)] as number) : Infinity
      const turn = Math.min(ourTurn, theirTurn)
      if (turn === Infinity) break
      if (keeps(inOurs, inTheirs)) list.push(row, at, turn)
      at = turn
      if (ourTurn === turn) {
        if (inOurs) a += STEP
        inOurs = !inOurs
      }
      if (theirTurn === turn) {
        if (inTheirs) b += STEP
        inTheirs = !inTheirs
      }
    }
  }
  return list.done()
}

export function united(ours: Spans, theirs: Spans): Spans {
  if (ours.length === 0) return theirs
  return theirs.length === 0 ? ours : combined(ours, theirs, (inOurs, inTheirs) => inOurs || inTheirs)
}

/** What `ours` covers and `theirs` does not. */
export function without(ours: Spans, theirs: Spans): Spans {
  return theirs.length === 0 ? ours : combined(ours, theirs, (inOurs, inTheirs) => inOurs && !inTheirs)
}

export function common(ours: Spans, theirs: Spans): Spans {
  return combined(ours, theirs, (inOurs, inTheirs) => inOurs && inTheirs)
}

export function clippedTo(spans: Spans, { width, height }: Size): Spans {
  const list = new SpanList()
  for (let at = 0; at < spans.length; at += STEP) {
    const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
    if (row >= 0 && row < height) list.push(row, Math.max(0, start), Math.min(width, end))
  }
  return list.done()
}

export function shifted(spans: Spans, dx: number, dy: number): Spans {
  return spans.map((value, i) => value + (i % STEP === 0 ? dy : dx))
}

/** All pixels of an image. */
export function allOf({ width, height }: Size): Spans {
  const list = new SpanList()
  for (let row = 0; row < height; row++) list.push(row, 0, width)
  return list.done()
}

/** The rows of boxes stretched onto another box: each pixel is what the one at its place was. */
export function stretchedTo(
  spans: Spans,
  from: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  to: typeof from,
): Spans {
  const list = new SpanList()
  for (let row = 0; row < to.h; row++) {
    const source = from.y + Math.floor(((row + 0.5) * from.h) / to.h)
    const across = (column: number) => to.x + Math.round(((column - from.x) * to.w) / from.w)
    for (let at = firstIn(spans, source); at < spans.length && spans[at] === source; at += STEP) {
      list.push(to.y + row, across(spans[at + 1] as number), across(spans[at + 2] as number))
    }
  }
  return list.done()
}

/**
 * The pixels whose centre lies in an odd number of `rings`. A centre on a left or upper edge is in, one on a right or lower
 * edge is out, as in `fairmark.methods.masks.rasterised`: the square from (5, 5) to (10, 10) has 25 pixels. Every edge is
 * walked downwards: the two outlines that share it walk it both ways, and would round differently.
 */
export function rasterised(rings: readonly Path[], { width, height }: Size): Spans {
  const rows: number[][] = []
  for (const ring of rings) {
    ring.forEach((from, i) => {
      const to = ring[(i + 1) % ring.length] as XY
      const [[ax, ay], [bx, by]] = from[1] <= to[1] ? [from, to] : [to, from]
      const first = Math.max(0, Math.ceil(ay - 0.5))
      const last = Math.min(height, Math.ceil(by - 0.5))
      for (let row = first; row < last; row++) {
        const x = ax + (row + 0.5 - ay) * ((bx - ax) / (by - ay))
        const crossed = rows[row] ?? []
        crossed.push(Math.min(width, Math.max(0, Math.ceil(x - 0.5))))
        rows[row] = crossed
      }
    })
  }
  const list = new SpanList()
  rows.forEach((crossed, row) => {
    crossed.sort((a, b) => a - b)
    for (let i = 0; i + 1 < crossed.length; i += 2) list.push(row, crossed[i] as number, crossed[i + 1] as number)
  })
  return list.done()
}

/**
 * What a round brush of `width` pixels covers on its way from `from` to `to`: the pixels whose centre comes as near as
 * half of its width, and those under both ends, so that even the thinnest brush leaves a trace.
 */
export function stroked(from: XY, to: XY, width: number, image: Size): Spans {
  const radius = width / 2
  const long = Math.hypot(to[0] - from[0], to[1] - from[1])
  const [acrossX, acrossY] = long === 0 ? [0, 0] : [(from[1] - to[1]) / long, (to[0] - from[0]) / long]
  const [dx, dy] = [acrossX * radius, acrossY * radius]
  const sides: readonly (readonly [XY, XY])[] = [
    [
      [from[0] + dx, from[1] + dy],
      [to[0] + dx, to[1] + dy],
    ],
    [
      [from[0] - dx, from[1] - dy],
      [to[0] - dx, to[1] - dy],
    ],
  ]
  const list = new SpanList()
  const top = Math.max(
    0,
    Math.min(Math.floor(from[1]), Math.floor(to[1]), Math.ceil(Math.min(from[1], to[1]) - radius - 0.5)),
  )
  const bottom = Math.min(
    image.height - 1,
    Math.max(from[1], to[1], Math.floor(Math.max(from[1], to[1]) + radius - 0.5)),
  )
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5
    let [left, right] = [Infinity, -Infinity]
    let [first, end] = [Infinity, -Infinity]
    const reach = (x: number) => {
      left = Math.min(left, x)
      right = Math.max(right, x)
    }
    for (const [px, py] of [from, to]) {
      const half = Math.sqrt(radius * radius - (y - py) * (y - py))
      if (half >= 0) {
        reach(px - half)
        reach(px + half)
      }
      if (Math.floor(py) === row) {
        first = Math.min(first, Math.floor(px))
        end = Math.max(end, Math.floor(px) + 1)
      }
    }
    for (const [[ax, ay], [bx, by]] of sides) {
      if (y >= Math.min(ay, by) && y <= Math.max(ay, by) && ay !== by) reach(ax + ((y - ay) * (bx - ax)) / (by - ay))
    }
    if (right >= left) {
      first = Math.min(first, Math.ceil(left - 0.5))
      end = Math.max(end, Math.floor(right - 0.5) + 1)
    }
    list.push(row, Math.max(0, first), Math.min(image.width, end))
  }
  return list.done()
}
