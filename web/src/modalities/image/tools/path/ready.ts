/** Waits for the first point. Marks that are there do not catch the pointer. */

import type { State } from "#editor/tool.ts"
import { type Plan, placed } from "./plan.ts"
import { pressing } from "./pressing.ts"

export function ready(plan: Plan): State {
  return {
    name: "ready",

    enter(host) {
      host.hover(null)
      host.cursor("crosshair")
    },

    // Shows where the first point would go by itself.
    pointerMove(host, pointer) {
      placed(host, pointer)
    },

    pointerDown(host, pointer) {
      const refusal = host.refusalToDraw(plan.kind)
      if (refusal === null) return pressing(plan, [], pointer)
      host.say(refusal, true)
      return undefined
    },
  }
}
