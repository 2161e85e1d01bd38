/** A mark is pressed: a move drags the selection, letting go makes this mark the selection. */

import { distance } from "#geometry/point.ts"
import { CLICK_STRAY, type PointerState, type State } from "../tool.ts"
import { moving } from "./moving.ts"

export function pressed(from: PointerState, id: string): State {
  let wasSelected = false
  return {
    name: "pressed",

    enter(host) {
      wasSelected = host.selection.has(id)
      if (!wasSelected) host.select([id])
    },

    pointerMove(_host, pointer) {
      return distance(from.screen, pointer.screen) < CLICK_STRAY ? undefined : moving(from, pointer)
    },

    pointerUp(host) {
      // What came to the selection with the press stays with its group; a second click takes it out of it.
      if (wasSelected) host.select([id])
      return "start"
    },
  }
}
