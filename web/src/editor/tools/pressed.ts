/** A mark is pressed: a move drags the selection, letting go makes this mark the selection. */

import { distance } from "#geometry/point.ts"
import { CLICK_STRAY, type PointerState, type State } from "../tool.ts"
import { moving } from "./moving.ts"

export function pressed(from: PointerState, id: string): State {
  return {
    name: "pressed",

    enter(host) {
      if (!host.selection.has(id)) host.select([id])
    },

    pointerMove(_host, pointer) {
      return distance(from.screen, pointer.screen) < CLICK_STRAY ? undefined : moving(from, pointer)
    },

    pointerUp(host) {
      host.select([id])
      return "start"
    },
  }
}
