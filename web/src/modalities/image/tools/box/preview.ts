/** What both ways of drawing between two corners show while the second follows the pointer. */

import type { Geometry } from "#editor/annotation.ts"
import type { PointerState, ToolHost } from "#editor/tool.ts"
import { type Box, boxBetween } from "#geometry/box.ts"
import { clamp, type ImagePoint, imagePoint } from "#geometry/point.ts"

/** The kind that is drawn, and what a box between two corners makes of it. */
export interface Plan {
  readonly kind: string
  geometryOf(box: Box): Geometry
}

export function preview(host: ToolHost, plan: Plan, from: PointerState, pointer: PointerState): void {
  const box = boxWithin(host.image, from.at, pointer)
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
