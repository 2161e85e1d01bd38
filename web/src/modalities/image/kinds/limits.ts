/** What a class asks of the size of its marks, and of the number of their points: as `fairmark.modalities.image.limits`. */

import type { Geometry } from "#editor/annotation.ts"
import type { Problem } from "#editor/fields.ts"
import type { MarkLimits } from "#editor/ontology.ts"
import { isPlaced, type Pose } from "#geometry/pose.ts"

type Point = readonly [number, number]

/** Coordinates are written with two decimals; so much too little is rounding. */
const SLACK = 0.01

/** Width and height as they are drawn. */
const SIDES: Readonly<Record<string, (geometry: Geometry) => readonly [number, number]>> = {
  box: ({ w, h }) => [w as number, h as number],
  rotated_box: ({ w, h }) => [w as number, h as number],
  ellipse: ({ rx, ry }) => [2 * (rx as number), 2 * (ry as number)],
  cuboid: ({ front }) => extent(front as Point[]),
  mask: ({ width, height }) => [width as number, height as number],
  polygon: ({ parts }) => extent((parts as Point[][][]).flatMap(([outline = []]) => outline)),
  polyline: ({ points }) => extent(points as Point[]),
  points: ({ points }) => extent(points as Point[]),
  skeleton: ({ points }) => extent(placedOf(points as Pose)),
}

/** How many points each outline has, holes left out; of a skeleton those that are placed. */
const COUNTS: Readonly<Record<string, (geometry: Geometry) => readonly number[]>> = {
  polygon: ({ parts }) => (parts as Point[][][]).map(([outline = []]) => outline.length),
  polyline: ({ points }) => [(points as Point[]).length],
  points: ({ points }) => [(points as Point[]).length],
  skeleton: ({ points }) => [placedOf(points as Pose).length],
}

function placedOf(pose: Pose): Point[] {
  return pose.filter(isPlaced).map(([x, y]) => [x, y])
}

function extent(points: readonly Point[]): readonly [number, number] {
  const across = points.map(([x]) => x)
  const down = points.map(([, y]) => y)
  return [Math.max(...across) - Math.min(...across), Math.max(...down) - Math.min(...down)]
}

/** What is wrong with a geometry of a kind that is right in itself; empty: nothing. */
export function limitProblems(kind: string, geometry: Geometry, limits: MarkLimits): readonly Problem[] {
  const { min_width = 0, min_height = 0, min_points = 0, max_points } = limits
  const sides = SIDES[kind]?.(geometry)
  if (sides && (sides[0] < min_width - SLACK || sides[1] < min_height - SLACK)) {
    const found = sides.map((side) => Math.round(side * 100) / 100).join(" x ")
    const message = `It is ${found} pixels; ${min_width} x ${min_height} at least are wanted.`
    return [{ code: "below_limit", message, mend: "Draw it larger, or delete it." }]
  }
  for (const count of COUNTS[kind]?.(geometry) ?? []) {
    if (count < min_points) {
      const message = `It has ${count} points, ${min_points} at least.`
      return [{ code: "too_few_points", message, mend: "Add some." }]
    }
    if (typeof max_points === "number" && count > max_points) {
      const message = `It has ${count} points, ${max_points} at most.`
      return [{ code: "too_many_points", message, mend: "Take some away." }]
    }
  }
  return []
}
