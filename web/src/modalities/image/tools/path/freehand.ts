/** The button is held: points follow the pointer. Begun with it, the outline ends when the button is let go. */

import type { PointerState, State } from "#editor/tool.ts"
import { type Path, simplified, type XY } from "#geometry/path.ts"
import { drawing } from "./drawing.ts"
import { finish, type Plan, placed, show } from "./plan.ts"

/** A point for each stretch of this length, CSS pixels; afterwards all go that change less than the other. */
const STEP = 3
const FINE = 0.6

export function freehand(plan: Plan, points: Path, begun: readonly XY[], first: PointerState): State {
  const stretch: XY[] = [...begun]

  function follow({ at, pixel }: PointerState, point: XY): boolean {
    const [x, y] = stretch[stretch.length - 1] as XY
    if (Math.hypot(at[0] - x, at[1] - y) < STEP * pixel) return false
    stretch.push(point)
    return true
  }

  return {
    name: "freehand",

    enter(host) {
      follow(first, placed(host, first))
      show(host, plan, [...points, ...stretch])
    },

    pointerMove(host, pointer) {
      if (follow(pointer, placed(host, pointer))) {
        host.sketch({ fresh: { kind: plan.shownAs ?? plan.kind, geometry: plan.geometryOf([...points, ...stretch]) } })
      }
    },

    pointerUp(host, pointer) {
      const all = [...points, ...simplified(stretch, FINE * pointer.pixel)]
      if (points.length === 0 && all.length >= plan.least) return finish(host, plan, all) ? "start" : drawing(plan, all)
      return drawing(plan, all)
    },

    back: () => (points.length > 0 ? drawing(plan, points) : "start"),
    interrupt: () => (points.length > 0 ? drawing(plan, points) : "start"),
    cancel: () => "start",
    leave: (host) => host.sketch(null),
  }
}
