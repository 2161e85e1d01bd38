/** Some points are there, and the next follows the pointer. */

import type { State } from "#editor/tool.ts"
import type { XY } from "#geometry/path.ts"
import { finish, isAt, type Plan, placed, show } from "./plan.ts"
import { pressing } from "./pressing.ts"

export function drawing(plan: Plan, points: readonly XY[]): State {
  const self: State = {
    name: "drawing",

    enter(host) {
      host.cursor("crosshair")
      show(host, plan, points)
    },

    pointerMove(host, pointer) {
      const closes = plan.isClosed && points.length >= plan.least && isAt(points[0], pointer)
      host.cursor(closes ? "pointer" : "crosshair")
      show(host, plan, closes ? points : [...points, placed(host, pointer)])
    },

    pointerDown: (_host, pointer) => pressing(plan, points, pointer),
    finish: (host) => (finish(host, plan, points) ? "start" : undefined),
    back: () => (points.length > 1 ? drawing(plan, points.slice(0, -1)) : "start"),
    // A second finger moves the view; what is drawn stays.
    interrupt: () => self,

    cancel(host) {
      host.say("Called off.")
      return "start"
    },

    leave: (host) => host.sketch(null),
  }
  return self
}
