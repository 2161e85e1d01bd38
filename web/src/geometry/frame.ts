/** Rectangles that are turned about their centre: what rotated boxes and ellipses are drawn in. Image pixels, degrees. */

import { type Box, boxBetween, HANDLE_NAMES, type HandleName, type Size } from "./box.ts"
import { hull } from "./cuboid.ts"
import { boundsOf, type Path, type XY } from "./path.ts"
import { clamp, type ImagePoint, imagePoint, rounded } from "./point.ts"

export interface Frame {
  readonly cx: number
  readonly cy: number
  readonly w: number
  readonly h: number
  /** Clockwise on a screen, above -180 and at most 180. */
  readonly angle: number
}

/** The same direction, above -180 and at most 180. */
export function wrapped(angle: number): number {
  const turn = ((angle % 360) + 360) % 360
  return turn > 180 ? turn - 360 : turn
}

function turned(x: number, y: number, angle: number): readonly [number, number] {
  const turn = (angle * Math.PI) / 180
  return [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]
}

/** The point so many half sides from the centre: (-1, -1) is the corner that is upper left at angle 0. */
export function placeIn(frame: Frame, across: number, down: number): ImagePoint {
  const [x, y] = turned((across * frame.w) / 2, (down * frame.h) / 2, frame.angle)
  return imagePoint(frame.cx + x, frame.cy + y)
}

/** Where `at` lies as seen along the frame's sides, pixels from its centre. */
export function seenFrom(frame: Frame, at: ImagePoint): readonly [number, number] {
  return turned(at[0] - frame.cx, at[1] - frame.cy, -frame.angle)
}

export function cornersOf(frame: Frame): readonly ImagePoint[] {
  return [placeIn(frame, -1, -1), placeIn(frame, 1, -1), placeIn(frame, 1, 1), placeIn(frame, -1, 1)]
}

/** Where a handle sits: compass points of the frame at angle 0. */
export function handleIn(frame: Frame, name: HandleName): ImagePoint {
  return placeIn(frame, ...signsOf(name))
}

export function signsOf(name: HandleName): readonly [number, number] {
  return [name.includes("w") ? -1 : name.includes("e") ? 1 : 0, name.includes("n") ? -1 : name.includes("s") ? 1 : 0]
}

/** The frame with `name` pulled to `to`; what is opposite stays, and no side gets shorter than `least`. */
export function pulled(frame: Frame, name: HandleName, to: ImagePoint, keepAspect: boolean, least: number): Frame {
  const [across, down] = signsOf(name)
  const [x, y] = seenFrom(frame, to)
  let w = across === 0 ? frame.w : Math.max(least, across * x + frame.w / 2)
  let h = down === 0 ? frame.h : Math.max(least, down * y + frame.h / 2)
  if (keepAspect && name.length === 2) {
    const ratio = Math.max(w / frame.w, h / frame.h)
    w = frame.w * ratio
    h = frame.h * ratio
  }
  const [dx, dy] = turned((across * (w - frame.w)) / 2, (down * (h - frame.h)) / 2, frame.angle)
  return { cx: frame.cx + dx, cy: frame.cy + dy, w, h, angle: frame.angle }
}

/** The frame whose side from `a` to `b` is the upper one at angle 0, reaching as far as `to` on whichever side. */
export function frameFrom(a: ImagePoint, b: ImagePoint, to: ImagePoint): Frame {
  const angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI
  const w = Math.hypot(b[0] - a[0], b[1] - a[1])
  const [, depth] = turned(to[0] - a[0], to[1] - a[1], -angle)
  const [x, y] = turned(w / 2, depth / 2, angle)
  return { cx: a[0] + x, cy: a[1] + y, w, h: Math.abs(depth), angle: wrapped(angle) }
}

/** The frame of least area around points; its longer side counts as width. Freeman and Shapira 1975. */
export function frameAround(points: Path): Frame | null {
  const around = hull(points)
  let best: Frame | null = null
  around.forEach(([ax, ay], i) => {
    const [bx, by] = around[(i + 1) % around.length] as XY
    if (ax === bx && ay === by) return
    // One side of it runs along a side of the hull.
    const angle = (Math.atan2(by - ay, bx - ax) * 180) / Math.PI
    const seen = around.map(([x, y]) => turned(x, y, -angle))
    const { x, y, w, h } = boundsOf([seen])
    if (best && best.w * best.h <= w * h) return
    const [cx, cy] = turned(x + w / 2, y + h / 2, angle)
    best = w >= h ? { cx, cy, w, h, angle: wrapped(angle) } : { cx, cy, w: h, h: w, angle: wrapped(angle + 90) }
  })
  return best
}

export function movedCentre(frame: Frame, dx: number, dy: number, { width, height }: Size): Frame {
  return { ...frame, cx: clamp(frame.cx + dx, 0, width), cy: clamp(frame.cy + dy, 0, height) }
}

/** Numbers to hundredths. */
export function neatFrame({ cx, cy, w, h, angle }: Frame): Frame {
  const neat = (value: number) => rounded(value, 2)
  return { cx: neat(cx), cy: neat(cy), w: neat(w), h: neat(h), angle: wrapped(neat(angle)) }
}

/** The upright box around the corners. */
export function boundsOfFrame(frame: Frame): Box {
  const [a, b] = [placeIn(frame, -1, -1), placeIn(frame, 1, -1)]
  const across = Math.max(Math.abs(a[0] - frame.cx), Math.abs(b[0] - frame.cx))
  const down = Math.max(Math.abs(a[1] - frame.cy), Math.abs(b[1] - frame.cy))
  return boxBetween(imagePoint(frame.cx - across, frame.cy - down), imagePoint(frame.cx + across, frame.cy + down))
}

/** The compass handle within `reach` of `at`, the nearest first, corners before edges. */
export function frameHandleUnder(frame: Frame, at: ImagePoint, reach: number): HandleName | null {
  let best: HandleName | null = null
  let nearest = reach
  for (const name of HANDLE_NAMES) {
    if ((name === "n" || name === "s") && frame.w < 3 * reach) continue
    if ((name === "e" || name === "w") && frame.h < 3 * reach) continue
    const [x, y] = handleIn(frame, name)
    const away = Math.hypot(x - at[0], y - at[1])
    if (away > nearest) continue
    nearest = away
    best = name
  }
  return best
}
