/** The first corner is down and the button still held: moving on makes it a drag, letting go waits for a second click. */

import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"
import { awaiting } from "./awaiting.ts"
import { dragging } from "./dragging.ts"
import type { Plan } from "./preview.ts"

export function cornered(plan: Plan, from: PointerState): State {
  return {
    name: "cornered",

    pointerMove(_host, pointer) {
      return distance(from.screen, pointer.screen) < CLICK_STRAY ? undefined : dragging(plan, from, pointer)
    },

    pointerUp(host) {
      host.say("Click the opposite corner.")
      return awaiting(plan, from)
    },
  }
}
