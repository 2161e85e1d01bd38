/** The first corner is down and the button still held: moving on makes it a drag, letting go waits for a second click. */

import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"
import { spanning } from "./spanning.ts"

export function cornered(from: PointerState): State {
  return {
    name: "cornered",

    pointerMove(host, pointer) {
      if (distance(from.screen, pointer.screen) < CLICK_STRAY) return undefined
      const next = spanning(from, "drag")
      next.pointerMove?.(host, pointer)
      return next
    },

    pointerUp(host) {
      host.say("Click the opposite corner.")
      return spanning(from, "clicks")
    },
  }
}
