/** The first corner was clicked; the box follows the pointer until the second click. */

import type { PointerState, State } from "#editor/tool.ts"
import { dragging } from "./dragging.ts"
import { type Plan, preview } from "./preview.ts"

export function awaiting(plan: Plan, from: PointerState): State {
  const self: State = {
    name: "awaiting",
    pointerMove: (host, pointer) => preview(host, plan, from, pointer),
    pointerDown: (_host, pointer) => dragging(plan, from, pointer, self),
    back: () => "start",

    cancel(host) {
      host.say("Called off.")
      return "start"
    },

    leave: (host) => host.sketch(null),
  }
  return self
}
