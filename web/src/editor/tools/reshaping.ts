/**
 * A handle follows the pointer. Shift keeps the proportion of the sides, and on an edge of an outline begins one more
 * point; points go to neighbours and to the border, unless Alt is held. Alt and a mere click takes a point out.
 */

import { distance } from "#geometry/point.ts"
import type { Geometry } from "../annotation.ts"
import { CLICK_STRAY, type Grip, type PointerState, type State, type ToolHost } from "../tool.ts"

export function reshaping({ mark, handle }: Grip, from: PointerState): State {
  let hasMoved = false

  function shape(host: ToolHost, { at, reach, shift, alt }: PointerState): Geometry {
    const snaps = handle.form === "round" || handle.form === "ghost"
    return host.reshaped(mark, handle.name, snaps ? host.snapped(at, alt ? 0 : reach, mark.id) : at, shift)
  }

  return {
    name: "reshaping",

    enter(host) {
      host.hover(null)
      host.cursor(handle.cursor)
    },

    pointerMove(host, pointer) {
      if (!hasMoved && from.alt && distance(from.screen, pointer.screen) < CLICK_STRAY) return
      hasMoved = true
      host.sketch({ changed: { id: mark.id, geometry: shape(host, pointer) } })
    },

    pointerUp(host, pointer) {
      if (!hasMoved && from.alt) host.removePoint({ mark, handle })
      else if (hasMoved || (handle.form === "ghost" && from.shift)) host.reshape(mark.id, shape(host, pointer))
      return "start"
    },

    leave(host) {
      host.sketch(null)
    },
  }
}
