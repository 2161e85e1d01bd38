/**
 * Outlines drawn to the edges they nearly follow: places along them look for the strongest edge across the outline, all
 * together, so that neighbours agree (active contours by dynamic programming: Amini, Weymouth and Jain 1990); then each
 * side is laid through its places and corners go where sides meet.
 */

import type { Path, XY } from "#geometry/path.ts"
import { type Crop, type Edges, scaleOf } from "./raster.ts"

/** What neighbours pay for each pixel that they move differently, as a share of the strongest edge. */
const STIFFNESS = 0.12
/** What a place pays for moving as far as it may, as a share of the strongest edge. */
const RELUCTANCE = 0.15
/** Places stand so many pixels of the crop apart. */
const APART = 2
/** A side with fewer places than this is too short to be laid through them. */
const PLACES_MIN = 4
/** Near its corners a side follows the edges of its neighbours: so much of it at each end does not say where it lies. */
const END = 0.12
/** Sides that turn less than this, as a sine, meet too far away to say where their corner is. */
const TURN_MIN = 0.25

interface Place {
  readonly at: XY
  /** Unit vector across the outline. */
  readonly across: XY
  readonly side: number
  readonly isInner: boolean
}

/** `path` with its points moved to the edges, each at most `reach` image pixels across it. */
export function snappedToEdges(path: Path, closed: boolean, crop: Crop, edges: Edges, reach: number): XY[] {
  const [sx, sy] = scaleOf(crop)
  const inner = path.map(([x, y]): XY => [(x - crop.box.x) / sx, (y - crop.box.y) / sy])
  const pixels = Math.max(1, Math.round(reach / Math.max(sx, sy)))
  const places = placesOn(inner, closed)
  if (places.length < 2) return [...path]
  const moves = bestMoves(places, closed, crop, edges, pixels)
  const moved = places.map(({ at, across }, i): XY => {
    const by = moves[i] as number
    return [at[0] + by * across[0], at[1] + by * across[1]]
  })
  const sides = inner.length - (closed ? 0 : 1)
  const lines = Array.from({ length: sides }, (_, side) =>
    lineThrough(moved.filter((_, i) => places[i]?.side === side && places[i]?.isInner)),
  )
  return inner.map((from, i): XY => {
    const [before, after] = [closed ? (i + sides - 1) % sides : i - 1, i]
    const at = cornerAt(lines[before], lines[after], nearestMoved(places, moved, from), from, pixels)
    return [crop.box.x + at[0] * sx, crop.box.y + at[1] * sy]
  })
}

/** Places along an outline, its corners among them. */
function placesOn(path: Path, closed: boolean): Place[] {
  const places: Place[] = []
  const sides = path.length - (closed ? 0 : 1)
  for (let side = 0; side < sides; side++) {
    const [ax, ay] = path[side] as XY
    const [bx, by] = path[(side + 1) % path.length] as XY
    const long = Math.hypot(bx - ax, by - ay)
    if (long === 0) continue
    const across: XY = [(by - ay) / long, (ax - bx) / long]
    const count = Math.max(1, Math.round(long / APART))
    for (let n = 0; n < count; n++) {
      const share = (n + 0.5) / count
      places.push({
        at: [ax + share * (bx - ax), ay + share * (by - ay)],
        across,
        side,
        isInner: share > END && share < 1 - END,
      })
    }
  }
  return places
}

/** How far each place moves across the outline, pixels: the moves of all that together are worth most. */
function bestMoves(places: readonly Place[], closed: boolean, crop: Crop, edges: Edges, pixels: number): Int32Array {
  const options = 2 * pixels + 1
  const worth = new Float32Array(places.length * options)
  let strongest = 1
  places.forEach(({ at, across }, i) => {
    for (let o = 0; o < options; o++) {
      const by = o - pixels
      const found = strengthAt(crop, edges, [at[0] + by * across[0], at[1] + by * across[1]], across)
      worth[i * options + o] = found
      strongest = Math.max(strongest, found)
    }
  })
  for (let i = 0; i < worth.length; i++) {
    const away = Math.abs((i % options) - pixels) / pixels
    worth[i] = (worth[i] as number) / strongest - RELUCTANCE * away * away
  }
  if (!closed) return bestChain(worth, places.length, options, pixels, null)
  // The move of the place in the middle of a first pass is fixed for the second, so that the ends of the ring meet.
  const first = bestChain(worth, places.length, options, pixels, null)
  const middle = places.length >> 1
  const turned = new Float32Array(worth.length)
  for (let i = 0; i < places.length; i++) {
    const from = ((i + middle) % places.length) * options
    turned.set(worth.subarray(from, from + options), i * options)
  }
  const second = bestChain(turned, places.length, options, pixels, first[middle] as number)
  return second.map((_, i) => second[(i - middle + places.length) % places.length] as number)
}

/** The chain of options that is worth most; `fixed`: both ends move so. */
function bestChain(
  worth: Float32Array,
  count: number,
  options: number,
  pixels: number,
  fixed: number | null,
): Int32Array {
  const from = new Int16Array(count * options)
  let total = new Float64Array(options)
  const isAllowed = (i: number, o: number) =>
    fixed === null || (i !== 0 && i !== count - 1) || Math.abs(o - pixels - fixed) <= 1
  for (let o = 0; o < options; o++) total[o] = isAllowed(0, o) ? (worth[o] as number) : -Infinity
  for (let i = 1; i < count; i++) {
    const next = new Float64Array(options).fill(-Infinity)
    for (let o = 0; o < options; o++) {
      if (!isAllowed(i, o)) continue
      for (let p = Math.max(0, o - 2); p <= Math.min(options - 1, o + 2); p++) {
        const value = (total[p] as number) - STIFFNESS * Math.abs(o - p) + (worth[i * options + o] as number)
        if (value <= (next[o] as number)) continue
        next[o] = value
        from[i * options + o] = p
      }
    }
    total = next
  }
  const moves = new Int32Array(count)
  let at = total.indexOf(Math.max(...total))
  for (let i = count - 1; i >= 0; i--) {
    moves[i] = at - pixels
    at = from[i * options + at] as number
  }
  return moves
}

/** How strong an edge along the outline is at a place of the crop: one that runs across it does not count. */
function strengthAt({ width, height }: Crop, { strength, across }: Edges, [x, y]: XY, wanted: XY): number {
  if (x < 0 || y < 0 || x >= width || y >= height) return 0
  const at = (column: number, row: number) => {
    const i = Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))
    const along = (across[2 * i] as number) * wanted[0] + (across[2 * i + 1] as number) * wanted[1]
    return (strength[i] as number) * Math.abs(along)
  }
  // Between the middles of four pixels, each counts by how near it is.
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
  const [right, down] = [x - 0.5 - left, y - 0.5 - top]
  const above = at(left, top) * (1 - right) + at(left + 1, top) * right
  const below = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right
  return above * (1 - down) + below * down
}

interface Line {
  readonly through: XY
  readonly direction: XY
}

/** The line through points with the least squares of distances; null of too few. */
function lineThrough(points: Path): Line | null {
  if (points.length < PLACES_MIN) return null
  const mean = points.reduce<XY>(([x, y], at) => [x + at[0] / points.length, y + at[1] / points.length], [0, 0])
  let [xx, xy, yy] = [0, 0, 0]
  for (const [x, y] of points) {
    xx += (x - mean[0]) ** 2
    xy += (x - mean[0]) * (y - mean[1])
    yy += (y - mean[1]) ** 2
  }
  const turn = Math.atan2(2 * xy, xx - yy) / 2
  return { through: mean, direction: [Math.cos(turn), Math.sin(turn)] }
}

function nearestMoved(places: readonly Place[], moved: Path, at: XY): XY {
  let best = 0
  places.forEach((place, i) => {
    if (away(place.at, at) < away((places[best] as Place).at, at)) best = i
  })
  const [from, to] = [(places[best] as Place).at, moved[best] as XY]
  return [at[0] + to[0] - from[0], at[1] + to[1] - from[1]]
}

function away(a: XY, b: XY): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** Where two sides meet; `otherwise` where they do not, or further from where the corner was than it may move. */
function cornerAt(
  before: Line | null | undefined,
  after: Line | null | undefined,
  otherwise: XY,
  from: XY,
  pixels: number,
): XY {
  if (!before || !after) return foot(before ?? after, otherwise, from, pixels)
  const turn = before.direction[0] * after.direction[1] - before.direction[1] * after.direction[0]
  if (Math.abs(turn) < TURN_MIN) return otherwise
  const [dx, dy] = [after.through[0] - before.through[0], after.through[1] - before.through[1]]
  const along = (dx * after.direction[1] - dy * after.direction[0]) / turn
  const met: XY = [before.through[0] + along * before.direction[0], before.through[1] + along * before.direction[1]]
  return away(met, from) <= Math.SQRT2 * pixels + 1 ? met : otherwise
}

/** An end of a line: the point of its side that is nearest to where it was. */
function foot(line: Line | null | undefined, otherwise: XY, from: XY, pixels: number): XY {
  if (!line) return otherwise
  const { through, direction } = line
  const along = (from[0] - through[0]) * direction[0] + (from[1] - through[1]) * direction[1]
  const at: XY = [through[0] + along * direction[0], through[1] + along * direction[1]]
  return away(at, from) <= pixels + 1 ? at : otherwise
}
