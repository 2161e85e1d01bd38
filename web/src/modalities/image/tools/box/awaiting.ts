/** The first corner was clicked; the box follows the pointer until the second click. */

import type { PointerState, State } from "#editor/tool.ts"
import { dragging } from "./dragging.ts"
import { preview } from "./preview.ts"

export function awaiting(from: PointerState): State {
  const self: State = {
    name: "awaiting",
    pointerMove: (host, pointer) => preview(host, from, pointer),
    pointerDown: (_host, pointer) => dragging(from, pointer, self),
    back: () => "start",

    cancel(host) {
      host.say("Called off.")
      return "start"
    },

    leave: (host) => host.sketch(null),
  }
  return self
}
