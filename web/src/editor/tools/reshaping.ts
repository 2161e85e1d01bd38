/**
 * A handle follows the pointer. Shift keeps the proportion of the sides, and on an edge of an outline begins one more
 * point; points and sides go to neighbours and to the border, unless Alt is held. Alt and a mere click takes a point out.
 */

import { distance, type ImagePoint, imagePoint } from "#geometry/point.ts"
import type { Geometry } from "../annotation.ts"
import { CLICK_STRAY, type Grip, type PointerState, type State, type ToolHost } from "../tool.ts"

export function reshaping({ mark, handle }: Grip, from: PointerState): State {
  let hasMoved = false

  function shape(host: ToolHost, pointer: PointerState): Geometry {
    const { shift } = pointer
    return host.reshaped(mark, handle.name, meant(host, pointer), shift)
  }

  function meant(host: ToolHost, { at, reach, pixel, shift, alt }: PointerState): ImagePoint {
    if (handle.form === "turn") return at
    const pulled = shift ? null : host.sidesOf(mark, handle.name, at)
    if (pulled) {
      const [dx, dy] = host.aligned(pulled.box, { sides: pulled.sides, reach, pixel, alt, moves: "selection" })
      return imagePoint(at[0] + dx, at[1] + dy)
    }
    // With the proportion kept there is one way to go, which neighbours do not lie on.
    if (handle.form === "square" && shift) return at
    return host.snapped(at, alt ? 0 : reach, mark.id)
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
