/** The button is held: what the pointer goes around is filled. A click fills what is enclosed already. */

import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import type { XY } from "#geometry/path.ts"
import { distance } from "#geometry/point.ts"

export function enclosing(first: PointerState): State {
  const way: XY[] = [first.at]
  return {
    name: "enclosing",

    pointerMove(host, { at, pixel }) {
      const [x, y] = way[way.length - 1] as XY
      if (Math.hypot(at[0] - x, at[1] - y) < pixel) return
      way.push(at)
      host.painter.enclose(way)
    },

    pointerUp(host, pointer) {
      if (way.length < 3 && distance(first.screen, pointer.screen) < CLICK_STRAY) {
        if (first.shift) host.say("Drag around what is to be taken off.")
        else host.painter.pour(first.at, first.ctrl)
      } else {
        host.painter.enclose([...way, pointer.at])
        host.painter.commit()
      }
      return "start"
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.painter.discard(),
  }
}
