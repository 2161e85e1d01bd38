/**
 * A frame is dragged open: what lies in it becomes the selection, or is added to it. Dragged to the right it takes
 * what lies wholly inside, dragged to the left also what it touches. A mere click on nothing ends the selection.
 */

import { boxBetween } from "#geometry/box.ts"
import { distance } from "#geometry/point.ts"
import { CLICK_STRAY, type PointerState, type State } from "../tool.ts"

export function framing(from: PointerState, adds: boolean): State {
  return {
    name: "framing",

    enter(host) {
      host.hover(null)
      host.cursor("crosshair")
    },

    pointerMove(host, { at }) {
      host.sketch({ frame: boxBetween(from.at, at) })
    },

    pointerUp(host, pointer) {
      const before = adds ? host.selection : []
      if (distance(from.screen, pointer.screen) < CLICK_STRAY) {
        host.select(before)
        return "start"
      }
      const isLeftward = pointer.at[0] < from.at[0]
      host.select([...before, ...host.marksIn(boxBetween(from.at, pointer.at), isLeftward)])
      return "start"
    },

    leave(host) {
      host.sketch(null)
    },
  }
}
