/** A handle follows the pointer. Shift keeps the proportion of the sides. */

import type { Mark } from "../annotation.ts"
import type { Handle } from "../kind.ts"
import type { PointerState, State, ToolHost } from "../tool.ts"

export function reshaping(mark: Mark, handle: Handle): State {
  let hasMoved = false
  const shape = (host: ToolHost, { at, shift }: PointerState) =>
    new Map([[mark.id, host.reshaped(mark, handle.name, at, shift)]])
  return {
    name: "reshaping",

    enter(host) {
      host.hover(null)
      host.cursor(handle.cursor)
    },

    pointerMove(host, pointer) {
      hasMoved = true
      host.sketch({ changed: shape(host, pointer) })
    },

    pointerUp(host, pointer) {
      if (hasMoved) host.change("Resize", shape(host, pointer))
      return "start"
    },

    cancel: () => "start",

    leave(host) {
      host.sketch(null)
    },
  }
}
