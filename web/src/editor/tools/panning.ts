/** The view follows the pointer. In the select tool a mere click on nothing ends the selection. */

import { distance } from "#geometry/point.ts"
import { CLICK_STRAY, type PointerState, type State } from "../tool.ts"

export function panning(from: PointerState, clickEndsSelection: boolean): State {
  let last = from.screen
  return {
    name: "panning",

    enter(host) {
      host.cursor("grabbing")
    },

    pointerMove(host, { screen }) {
      host.panBy(screen[0] - last[0], screen[1] - last[1])
      last = screen
    },

    pointerUp(host, { screen }) {
      if (clickEndsSelection && distance(from.screen, screen) < CLICK_STRAY) host.select([])
      return "start"
    },
  }
}
