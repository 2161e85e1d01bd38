/** Points in a row: lines that are open, and rings, whose last point is joined to the first. Image pixels. */

import type { Box, Size } from "./box.ts"
import { clamp, type ImagePoint, imagePoint, rounded } from "./point.ts"

/** A point as documents hold it. */
export type XY = readonly [x: number, y: number]
export type Path = readonly XY[]

/** Coordinates are kept to a hundredth of a pixel, as those of boxes. */
const DECIMALS = 2

export function neatPoint([x, y]: XY): XY {
  return [rounded(x, DECIMALS), rounded(y, DECIMALS)]
}

export function within([x, y]: XY, { width, height }: Size): XY {
  return [clamp(x, 0, width), clamp(y, 0, height)]
}

/** The box around all points of all paths; a point at the origin of none. */
export function boundsOf(paths: readonly Path[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const path of paths) {
    for (const [x, y] of path) {
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      if (y > bottom) bottom = y
    }
  }
  return left > right ? { x: 0, y: 0, w: 0, h: 0 } : { x: left, y: top, w: right - left, h: bottom - top }
}

/** Signed area, square pixels: positive if the ring turns from x to y. */
export function ringArea(ring: Path): number {
  const [x0, y0] = ring[0] as XY
  let total = 0
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length] as XY
    total += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
  })
  return total / 2
}

/** Whether `at` lies inside an odd number of the rings: a hole is one more ring. */
export function covers(rings: readonly Path[], at: XY): boolean {
  let inside = false
  const [x, y] = at
  for (const ring of rings) {
    let [ax, ay] = ring[ring.length - 1] as XY
    for (const [bx, by] of ring) {
      if (ay <= y !== by <= y && ax + ((y - ay) * (bx - ax)) / (by - ay) > x) inside = !inside
      ax = bx
      ay = by
    }
  }
  return inside
}

/** A place on a path: on the edge that begins at `index`. */
export interface OnPath {
  readonly index: number
  readonly at: ImagePoint
  readonly distance: number
}

/** The place of the path that is nearest to `at`; of a single point, that point. */
export function nearestOn(path: Path, closed: boolean, at: XY): OnPath {
  let best: OnPath = { index: 0, at: imagePoint(0, 0), distance: Infinity }
  const count = closed || path.length === 1 ? path.length : path.length - 1
  for (let index = 0; index < count; index++) {
    const [ax, ay] = path[index] as XY
    const [bx, by] = path[(index + 1) % path.length] as XY
    const long = (bx - ax) ** 2 + (by - ay) ** 2
    const share = long === 0 ? 0 : clamp(((at[0] - ax) * (bx - ax) + (at[1] - ay) * (by - ay)) / long, 0, 1)
    const x = ax + share * (bx - ax)
    const y = ay + share * (by - ay)
    const away = Math.hypot(at[0] - x, at[1] - y)
    if (away < best.distance) best = { index, at: imagePoint(x, y), distance: away }
  }
  return best
}

/** The path without points that follow one another in one place, on the grid of hundredths. */
export function withoutDoubles(path: Path, closed: boolean): XY[] {
  const kept: XY[] = []
  for (const each of path) {
    const point = neatPoint(each)
    const last = kept[kept.length - 1]
    if (!last || last[0] !== point[0] || last[1] !== point[1]) kept.push(point)
  }
  const [first, last] = [kept[0], kept[kept.length - 1]]
  if (closed && kept.length > 1 && first && last && first[0] === last[0] && first[1] === last[1]) kept.pop()
  return kept
}

/**
 * The path with as few of its points as keep it within `tolerance` of where it was; the ends stay.
 * Ramer 1972, Douglas and Peucker 1973.
 */
export function simplified(path: Path, tolerance: number): XY[] {
  if (path.length < 3) return [...path]
  const kept = new Uint8Array(path.length)
  kept[0] = kept[path.length - 1] = 1
  const open: [number, number][] = [[0, path.length - 1]]
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span
    let [far, farthest] = [tolerance, -1]
    for (let i = first + 1; i < last; i++) {
      const away = nearestOn([path[first] as XY, path[last] as XY], false, path[i] as XY).distance
      if (away > far) [far, farthest] = [away, i]
    }
    if (farthest < 0) continue
    kept[farthest] = 1
    open.push([first, farthest], [farthest, last])
  }
  return path.filter((_, i) => kept[i] === 1)
}

/** A ring with as few of its points as keep it within `tolerance`; simplified in two halves, so that both ends of each stay. */
export function simplifiedRing(ring: Path, tolerance: number): Path {
  if (tolerance === 0) return ring
  const half = ring.length >> 1
  const first = simplified(ring.slice(0, half + 1), tolerance)
  const second = simplified([...ring.slice(half), ring[0] as XY], tolerance)
  return [...first.slice(0, -1), ...second.slice(0, -1)]
}

/** The point of `box` that moves to `to` when the box is stretched so. */
export function stretched(path: Path, from: Box, to: Box): XY[] {
  const across = from.w > 0 ? to.w / from.w : 1
  const down = from.h > 0 ? to.h / from.h : 1
  return path.map(([x, y]) => [to.x + (x - from.x) * across, to.y + (y - from.y) * down])
}

type Edge = readonly [left: number, right: number, top: number, bottom: number, a: XY, b: XY, beyond: XY]

/**
 * Whether an edge of the rings crosses another, of the same ring or not, or runs along it. Touching is no crossing.
 * The rule is that of `fairmark.modalities.image.marks.places.cross`.
 */
export function cross(rings: readonly Path[]): boolean {
  const edges: Edge[] = []
  for (const ring of rings) {
    ring.forEach((a, i) => {
      const b = ring[(i + 1) % ring.length] as XY
      const beyond = ring[(i + 2) % ring.length] as XY
      if (isSame(a, b)) return
      const [ax, ay] = a
      const [bx, by] = b
      edges.push([Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by), a, b, beyond])
    })
  }
  edges.sort((one, other) => one[0] - other[0])
  for (let i = 0; i < edges.length; i++) {
    const one = edges[i] as Edge
    for (let j = i + 1; j < edges.length; j++) {
      const other = edges[j] as Edge
      if (other[0] > one[1]) break
      if (other[2] <= one[3] && other[3] >= one[2] && edgesCross(one, other)) return true
    }
  }
  return false
}

function edgesCross([, , , , a, b, beyond]: Edge, [, , , , c, d, past]: Edge): boolean {
  const [ofC, ofD, ofA, ofB] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)]
  if (ofC * ofD < 0 && ofA * ofB < 0) return true
  if (ofC === 0 && ofD === 0) return runAlong(a, b, c, d)
  // An edge that ends on another may pass through it.
  if (ofD === 0 && ofA * ofB < 0) return ofC * side(a, b, past) < 0
  return ofB === 0 && ofC * ofD < 0 && ofA * side(c, d, beyond) < 0
}

function runAlong(a: XY, b: XY, c: XY, d: XY): boolean {
  const meets = (isSame(a, c) || isSame(a, d) ? 1 : 0) + (isSame(b, c) || isSame(b, d) ? 1 : 0)
  if (meets === 1) return false
  const axis = Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]) ? 0 : 1
  const low = Math.max(Math.min(a[axis], b[axis]), Math.min(c[axis], d[axis]))
  return low < Math.min(Math.max(a[axis], b[axis]), Math.max(c[axis], d[axis]))
}

function side(a: XY, b: XY, at: XY): number {
  return (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])
}

function isSame(a: XY, b: XY): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/**
 * A point inside of a ring with an area: a corner itself may touch another ring. The tallest gap between corners is tried
 * first; where only spikes without a width are met there, the next.
 */
export function innerPoint(ring: Path): XY {
  const levels = [...new Set(ring.map(([, y]) => y))].sort((a, b) => a - b)
  const gaps = levels.slice(1).map((level, i) => [levels[i] as number, level] as const)
  gaps.sort(([a, b], [c, d]) => d - c - (b - a))
  for (const [low, high] of gaps) {
    const y = (low + high) / 2
    const meets: number[] = []
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length] as XY
      if (ay <= y !== by <= y) meets.push(ax + ((y - ay) * (bx - ax)) / (by - ay))
    })
    meets.sort((a, b) => a - b)
    let [widest, x] = [0, 0]
    for (let i = 0; i + 1 < meets.length; i += 2) {
      const [left, right] = [meets[i] as number, meets[i + 1] as number]
      if (right - left > widest) [widest, x] = [right - left, (left + right) / 2]
    }
    if (widest > 0) return [x, y]
  }
  return ring[0] as XY
}
