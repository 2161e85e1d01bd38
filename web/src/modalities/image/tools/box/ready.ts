/** Waits for the first corner. Marks that are there do not catch the pointer. */

import type { State } from "#editor/tool.ts"
import { cornered } from "./cornered.ts"
import { caught, type Plan } from "./preview.ts"

export function ready(plan: Plan): State {
  return {
    name: "ready",

    enter(host) {
      host.hover(null)
      host.cursor("crosshair")
    },

    // Shows where the first corner would go by itself.
    pointerMove(host, pointer) {
      caught(host, pointer)
    },

    pointerDown(host, pointer) {
      const refusal = host.refusalToDraw(plan.kind)
      if (refusal === null) return cornered(plan, caught(host, pointer))
      host.say(refusal, true)
      return undefined
    },
  }
}
