/** A handle follows the pointer. Shift keeps the proportion of the sides. */

import type { Mark } from "../annotation.ts"
import type { Handle } from "../kind.ts"
import type { PointerState, State, ToolHost } from "../tool.ts"

export function reshaping(mark: Mark, handle: Handle): State {
  let hasMoved = false
  const shape = (host: ToolHost, { at, shift }: PointerState) => host.reshaped(mark, handle.name, at, shift)
  return {
    name: "reshaping",

    enter(host) {
      host.hover(null)
      host.cursor(handle.cursor)
    },

    pointerMove(host, pointer) {
      hasMoved = true
      host.sketch({ changed: { id: mark.id, geometry: shape(host, pointer) } })
    },

    pointerUp(host, pointer) {
      if (hasMoved) host.reshape(mark.id, shape(host, pointer))
      return "start"
    },

    leave(host) {
      host.sketch(null)
    },
  }
}
