/** An edge is there, and the box reaches from it to the pointer until the next click. */

import type { PointerState, State, ToolHost } from "#editor/tool.ts"
import { frameFrom, neatFrame } from "#geometry/frame.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import { placed } from "../path/plan.ts"

export function widening(a: ImagePoint, b: ImagePoint): State {
  function geometry(host: ToolHost, pointer: PointerState) {
    const { cx, cy, w, h, angle } = neatFrame(frameFrom(a, b, imagePoint(...placed(host, pointer))))
    return { cx, cy, w, h, angle }
  }

  return {
    name: "widening",

    pointerMove(host, pointer) {
      host.sketch({ fresh: { kind: "rotated_box", geometry: geometry(host, pointer) }, dots: [a, b] })
    },

    pointerUp(host, pointer) {
      host.draw("rotated_box", geometry(host, pointer))
      return "start"
    },

    back: () => "start",
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
