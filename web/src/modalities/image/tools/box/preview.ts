/** What both ways of drawing a box show while it spans from the first corner to the pointer. */

import type { PointerState, ToolHost } from "#editor/tool.ts"
import { type Box, boxBetween } from "#geometry/box.ts"
import { clamp, type ImagePoint, imagePoint } from "#geometry/point.ts"

export function preview(host: ToolHost, from: PointerState, pointer: PointerState): void {
  const { x, y, w, h } = boxWithin(host.image, from.at, pointer)
  host.sketch({ fresh: { kind: "box", geometry: { x, y, w, h } } })
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
