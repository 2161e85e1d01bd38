/** The button is down: let go in place it is a point, or the end; moving on draws freehand. */

import { CLICK_STRAY, type PointerState, type State } from "#editor/tool.ts"
import type { XY } from "#geometry/path.ts"
import { distance } from "#geometry/point.ts"
import { drawing } from "./drawing.ts"
import { freehand } from "./freehand.ts"
import { finish, isAt, type Plan, placed, show } from "./plan.ts"

export function pressing(plan: Plan, points: readonly XY[], from: PointerState): State {
  const before = (): State | "start" => (points.length > 0 ? drawing(plan, points) : "start")
  return {
    name: "pressing",

    enter: (host) => show(host, plan, points.length > 0 ? points : [placed(host, from)]),

    pointerMove(host, pointer) {
      if (distance(from.screen, pointer.screen) < CLICK_STRAY) return undefined
      return freehand(plan, points, [placed(host, from)], pointer)
    },

    pointerUp(host, pointer) {
      const closes = plan.isClosed && points.length >= plan.least && isAt(points[0], pointer)
      const isDouble = points.length > 0 && isAt(points[points.length - 1], pointer)
      if (closes || (isDouble && points.length >= plan.least)) return finish(host, plan, points) ? "start" : before()
      if (isDouble) return before()
      if (points.length === 0) host.say(plan.isClosed ? "Click the next corner; the first one closes it." : "Click on.")
      return drawing(plan, [...points, placed(host, pointer)])
    },

    back: before,
    interrupt: before,
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
