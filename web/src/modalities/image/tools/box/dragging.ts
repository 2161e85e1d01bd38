/** The button is held, since the first corner or for the second: letting go draws the box. */

import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import { distance } from "#geometry/point.ts"
import { boxWithin, caught, type Plan, preview } from "./preview.ts"

export function dragging(plan: Plan, from: PointerState, first: PointerState, returnTo?: State): State {
  return {
    name: "dragging",

    enter: (host) => preview(host, plan, from, first),
    pointerMove: (host, pointer) => preview(host, plan, from, pointer),

    pointerUp(host, pointer) {
      // A second click on the first corner is a double click, which begins no box and ends none.
      if (returnTo && distance(from.screen, pointer.screen) < CLICK_STRAY) return returnTo
      host.draw(plan.kind, plan.geometryOf(boxWithin(host.image, from.at, caught(host, pointer, from.at))))
      return "start"
    },

    back: () => "start",
    cancel: () => returnTo ?? "start",
    leave: (host) => host.sketch(null),
  }
}
