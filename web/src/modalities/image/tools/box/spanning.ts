/** The box spans from the first corner to the pointer; letting go, or the second click, draws it. Shift makes it square. */

import { CLICK_STRAY, type PointerState, type State, type ToolHost } from "#editor/tool.ts"
import { type Box, boxBetween } from "#geometry/box.ts"
import { clamp, distance, type ImagePoint, imagePoint } from "#geometry/point.ts"

export function spanning(from: PointerState, by: "drag" | "clicks"): State {
  const draw = (host: ToolHost, pointer: PointerState) => {
    const { x, y, w, h } = boxWithin(host, from.at, pointer)
    host.draw("box", { x, y, w, h })
    return "start" as const
  }
  return {
    name: by === "drag" ? "dragging" : "awaiting",

    pointerMove(host, pointer) {
      const { x, y, w, h } = boxWithin(host, from.at, pointer)
      host.sketch({ fresh: { kind: "box", geometry: { x, y, w, h } } })
    },

    pointerDown(host, pointer) {
      if (by === "drag") return undefined
      // A double click begins no box and ends none.
      if (distance(from.screen, pointer.screen) < CLICK_STRAY) return undefined
      return draw(host, pointer)
    },

    pointerUp: (host, pointer) => (by === "drag" ? draw(host, pointer) : undefined),

    back: () => "start",

    leave(host) {
      host.sketch(null)
    },
  }
}

/** The box from `from` to the pointer, inside the image; a square with Shift. */
export function boxWithin(
  host: Pick<ToolHost, "image">,
  from: ImagePoint,
  { at, shift }: Pick<PointerState, "at" | "shift">,
): Box {
  const { width, height } = host.image
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
