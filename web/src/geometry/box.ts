/** Axis-parallel boxes in image space. All functions return new boxes. */

import { clamp, type ImagePoint, imagePoint, rounded } from "./point.ts"

/** `x`, `y`: the corner nearest the origin. `w`, `h`: sides, 0 or more. Image pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** Names of the eight handles: compass points, north at the top. */
export type HandleName = "nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w"

export const HANDLE_NAMES: readonly HandleName[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"]

/** Coordinates are kept to a hundredth of a pixel: finer than any hand, short on the wire. */
export const DECIMALS = 2

export function boxOf(size: Size): Box {
  return { x: 0, y: 0, w: size.width, h: size.height }
}

/** The box with `a` and `b` as opposite corners. */
export function boxBetween(a: ImagePoint, b: ImagePoint): Box {
  return {
    x: Math.min(a[0], b[0]),
    y: Math.min(a[1], b[1]),
    w: Math.abs(a[0] - b[0]),
    h: Math.abs(a[1] - b[1]),
  }
}

export function centre(box: Box): ImagePoint {
  return imagePoint(box.x + box.w / 2, box.y + box.h / 2)
}

export function area(box: Box): number {
  return box.w * box.h
}

/** True if `point` lies in `box` or at most `margin` pixels outside its border. */
export function contains(box: Box, point: ImagePoint, margin = 0): boolean {
  return (
    point[0] >= box.x - margin &&
    point[0] <= box.x + box.w + margin &&
    point[1] >= box.y - margin &&
    point[1] <= box.y + box.h + margin
  )
}

/** True if no part of `inner` is outside `outer`, but for `slack` pixels of rounding. */
export function encloses(outer: Box, inner: Box, slack = 0): boolean {
  return (
    inner.x >= outer.x - slack &&
    inner.y >= outer.y - slack &&
    inner.x + inner.w <= outer.x + outer.w + slack &&
    inner.y + inner.h <= outer.y + outer.h + slack
  )
}

/** True if the boxes share at least a border. */
export function touches(a: Box, b: Box): boolean {
  return a.x <= b.x + b.w && b.x <= a.x + a.w && a.y <= b.y + b.h && b.y <= a.y + a.h
}

/** The common part, or null if there is none of positive area. */
export function intersection(a: Box, b: Box): Box | null {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  const w = Math.min(a.x + a.w, b.x + b.w) - x
  const h = Math.min(a.y + a.h, b.y + b.h) - y
  return w > 0 && h > 0 ? { x, y, w, h } : null
}

/** The smallest box around both. */
export function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y }
}

/** The smallest box around all, or null of none. */
export function unionOf(boxes: Iterable<Box>): Box | null {
  let all: Box | null = null
  for (const box of boxes) all = all === null ? box : union(all, box)
  return all
}

/** `box` with `margin` pixels more on every side; never smaller than a point. */
export function grown(box: Box, margin: number): Box {
  const w = Math.max(0, box.w + 2 * margin)
  const h = Math.max(0, box.h + 2 * margin)
  const middle = centre(box)
  return { x: middle[0] - w / 2, y: middle[1] - h / 2, w, h }
}

/** Intersection over union in [0, 1]; 0 where a box has no area. */
export function iou(a: Box, b: Box): number {
  const common = intersection(a, b)
  if (common === null) return 0
  const shared = area(common)
  const together = area(a) + area(b) - shared
  // Areas of the tiniest boxes are too small for a double and become 0.
  return together > 0 ? shared / together : 0
}

/** `box` cut to the image; sides become 0 where it lies outside altogether. */
export function clipped(box: Box, size: Size): Box {
  const left = clamp(box.x, 0, size.width)
  const top = clamp(box.y, 0, size.height)
  const right = clamp(box.x + box.w, 0, size.width)
  const bottom = clamp(box.y + box.h, 0, size.height)
  return { x: left, y: top, w: right - left, h: bottom - top }
}

/** `box` moved by (dx, dy), but no further than the image's border lets it: its size stays. */
export function movedWithin(box: Box, dx: number, dy: number, size: Size): Box {
  return {
    x: clamp(box.x + dx, Math.min(0, size.width - box.w), Math.max(0, size.width - box.w)),
    y: clamp(box.y + dy, Math.min(0, size.height - box.h), Math.max(0, size.height - box.h)),
    w: box.w,
    h: box.h,
  }
}

/** Coordinates rounded to hundredths, edge by edge, so that the far edge does not drift by rounding the side. */
export function neat(box: Box): Box {
  const x = rounded(box.x, DECIMALS)
  const y = rounded(box.y, DECIMALS)
  return {
    x,
    y,
    w: rounded(rounded(box.x + box.w, DECIMALS) - x, DECIMALS),
    h: rounded(rounded(box.y + box.h, DECIMALS) - y, DECIMALS),
  }
}

/** Where a handle sits on the border. */
export function handleAt(box: Box, handle: HandleName): ImagePoint {
  const fx = handle.includes("w") ? 0 : handle.includes("e") ? 1 : 0.5
  const fy = handle.includes("n") ? 0 : handle.includes("s") ? 1 : 0.5
  return imagePoint(box.x + fx * box.w, box.y + fy * box.h)
}

/**
 * `box` with `handle` pulled to `to`; pulling past the opposite edge turns the box over.
 * With `keepAspect` a corner keeps the proportion of the sides (ignored for edge handles and flat boxes).
 */
export function reshaped(box: Box, handle: HandleName, to: ImagePoint, keepAspect = false): Box {
  const pullsWest = handle.includes("w")
  const pullsEast = handle.includes("e")
  const pullsNorth = handle.includes("n")
  const pullsSouth = handle.includes("s")
  const anchorX = pullsWest ? box.x + box.w : box.x
  const anchorY = pullsNorth ? box.y + box.h : box.y
  let x = pullsWest || pullsEast ? to[0] : box.x + box.w
  let y = pullsNorth || pullsSouth ? to[1] : box.y + box.h
  if (keepAspect && handle.length === 2 && box.w > 0 && box.h > 0) {
    const ratio = Math.max(Math.abs(x - anchorX) / box.w, Math.abs(y - anchorY) / box.h)
    x = anchorX + Math.sign(x - anchorX) * ratio * box.w
    y = anchorY + Math.sign(y - anchorY) * ratio * box.h
  }
  return boxBetween(imagePoint(anchorX, anchorY), imagePoint(x, y))
}
