/** One edge spans from its first end to the pointer, with the button held or between two clicks. */

import { CLICK_STRAY, type PointerState, type State, type ToolHost } from "#editor/tool.ts"
import type { XY } from "#geometry/path.ts"
import { distance, imagePoint } from "#geometry/point.ts"
import { placed } from "../path/plan.ts"
import { widening } from "./widening.ts"

export function edging(from: XY, pressed: PointerState): State {
  const isStray = (pointer: PointerState) => distance(pressed.screen, pointer.screen) < CLICK_STRAY

  function show(host: ToolHost, to: XY): void {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
    const geometry = {
      cx: from[0] + dx / 2,
      cy: from[1] + dy / 2,
      w: Math.hypot(dx, dy),
      h: 0,
      angle: (Math.atan2(dy, dx) * 180) / Math.PI,
    }
    host.sketch({ fresh: { kind: "rotated_box", geometry }, dots: [from, to] })
  }

  return {
    name: "edging",
    enter: (host) => show(host, from),
    pointerMove: (host, pointer) => show(host, placed(host, pointer)),

    pointerUp(host, pointer) {
      if (isStray(pointer)) {
        host.say("Click the other end of the edge.")
        return undefined
      }
      host.say("Click how far it reaches.")
      return widening(imagePoint(from[0], from[1]), imagePoint(...placed(host, pointer)))
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
