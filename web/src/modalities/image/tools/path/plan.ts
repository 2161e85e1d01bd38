/** What the states that draw points in a row know of the kind they draw. */

import type { Geometry } from "#editor/annotation.ts"
import { CLICK_STRAY, type PointerState, type ToolHost } from "#editor/tool.ts"
import { type Path, within, type XY } from "#geometry/path.ts"
import { distance, imagePoint } from "#geometry/point.ts"

export interface Plan {
  readonly kind: string
  /** The kind that it looks like while it is drawn, if it is none itself. */
  readonly shownAs?: string
  readonly title: string
  /** Whether the last point is joined to the first, so that a click on the first ends it. */
  readonly isClosed: boolean
  /** So many points make one. */
  readonly least: number
  geometryOf(points: Path): Geometry
}

/** Where the pointer means a point to be: on a neighbour or the border if one is near, always inside the image. */
export function placed(host: ToolHost, { at, reach, alt }: PointerState): XY {
  const [x, y] = host.snapped(at, alt ? 0 : reach)
  return within([x, y], host.image)
}

/** Whether the pointer is at `point` so closely that a click there means it. */
export function isAt(point: XY | undefined, { at, reach, pixel }: PointerState): boolean {
  return point !== undefined && distance(imagePoint(point[0], point[1]), at) <= Math.max(reach, CLICK_STRAY * pixel)
}

export function show(host: ToolHost, plan: Plan, points: Path): void {
  host.sketch({ fresh: { kind: plan.shownAs ?? plan.kind, geometry: plan.geometryOf(points) }, dots: points })
}

/** Draws what `points` make; false, and says why, if they are too few. */
export function finish(host: ToolHost, plan: Plan, points: Path): boolean {
  if (points.length < plan.least) {
    host.say(`It takes ${plan.least} points at least.`, true)
    return false
  }
  host.draw(plan.kind, plan.geometryOf(points))
  return true
}
