/** What both ways of drawing between two corners show while the second follows the pointer. */

import type { Geometry } from "#editor/annotation.ts"
import type { PointerState, ToolHost } from "#editor/tool.ts"
import { type Box, boxBetween } from "#geometry/box.ts"
import { within } from "#geometry/path.ts"
import { clamp, type ImagePoint, imagePoint } from "#geometry/point.ts"

/** The kind that is drawn, and what a box between two corners makes of it. */
export interface Plan {
  readonly kind: string
  geometryOf(box: Box): Geometry
}

/** `pointer`, where the corner under it is meant to lie: along neighbours or the border, unless Alt is held. */
export function caught(host: ToolHost, pointer: PointerState, from?: ImagePoint): PointerState {
  // With Shift it is a square: there is one way to go, which neighbours do not lie on.
  if (pointer.shift && from) return pointer
  const { at, reach, pixel, alt } = pointer
  const [x, y] = within([at[0], at[1]], host.image)
  const corner = imagePoint(x, y)
  const sides = from ? `${x < from[0] ? "w" : "e"}${y < from[1] ? "n" : "s"}` : "nw"
  const [dx, dy] = host.aligned(boxBetween(from ?? corner, corner), { sides, reach, pixel, alt, moves: "nothing" })
  return dx === 0 && dy === 0 ? pointer : { ...pointer, at: imagePoint(x + dx, y + dy) }
}

export function preview(host: ToolHost, plan: Plan, from: PointerState, pointer: PointerState): void {
  const box = boxWithin(host.image, from.at, caught(host, pointer, from.at))
  host.sketch({ fresh: { kind: plan.kind, geometry: plan.geometryOf(box) } })
}

/** The box from `from` to the pointer, inside the image; a square with Shift. */
export function boxWithin(
  { width, height }: ToolHost["image"],
  from: ImagePoint,
  { at, shift }: Pick<PointerState, "at" | "shift">,
): Box {
  const x = clamp(from[0], 0, width)
  const y = clamp(from[1], 0, height)
  let dx = clamp(at[0], 0, width) - x
  let dy = clamp(at[1], 0, height) - y
  if (shift) {
    const side = Math.min(Math.max(Math.abs(dx), Math.abs(dy)), dx < 0 ? x : width - x, dy < 0 ? y : height - y)
    dx = dx < 0 ? -side : side
    dy = dy < 0 ? -side : side
  }
  return boxBetween(imagePoint(x, y), imagePoint(x + dx, y + dy))
}
