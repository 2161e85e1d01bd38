/** Points: {points: [[x, y], ...]} in image pixels, one place or several that belong together. */

import type { Geometry } from "#editor/annotation.ts"
import type { PlacedKind } from "#editor/kind.ts"
import type { Size } from "#geometry/box.ts"
import { neatPoint, type Path, within } from "#geometry/path.ts"
import { pointTool } from "../tools/point/tool.ts"
import type { PlacedImageKind } from "./kind.ts"
import { isPath, placeProblem, vertexKind } from "./vertices.ts"

function pointsOf(geometry: Geometry): Path {
  return geometry.points as Path
}

function isSound(geometry: Geometry): boolean {
  return isPath(geometry.points, 1) && Object.keys(geometry).length === 1
}

function distinct(points: Path): Path {
  return [...new Map(points.map((point) => [point.join(), point])).values()]
}

/** The codes and limits are those of `fairmark.modalities.image.marks.points`. */
function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  if (!isSound(geometry)) {
    const message = "The mark has points that are none."
    return [{ code: "bad_geometry", path: "", message, mend: "Delete it and draw it anew." }]
  }
  const points = pointsOf(geometry)
  const misplaced = placeProblem([points], image, "mark")
  if (misplaced) return [misplaced]
  if (distinct(points).length === points.length) return []
  const message = "Two of the points are in one place."
  return [{ code: "same_point", path: "", message, mend: "Delete one of the two." }]
}

export const pointsKind: PlacedImageKind = {
  ...vertexKind(
    {
      id: "points",
      title: "Points",
      paths: (geometry) => [pointsOf(geometry)],
      withPaths: (_, [points]) => ({ points }),
      isClosed: () => false,
      isJoined: false,
      isFilled: false,

      withoutPoint(geometry, _, index) {
        const points = pointsOf(geometry)
        return points.length > 1 ? { points: points.filter((_, i) => i !== index) } : null
      },
    },
    isSound,
  ),
  tool: pointTool,
  problems,
  joined: (geometry, further) => ({ points: distinct([...pointsOf(geometry), ...pointsOf(further)]) }),

  mended(geometry, image) {
    if (!isSound(geometry)) return null
    return { points: distinct(pointsOf(geometry).map((point) => neatPoint(within(point, image)))) }
  },

  words(geometry) {
    if (!isSound(geometry)) return "broken points"
    const points = pointsOf(geometry)
    const [x, y] = points[0] as Path[number]
    const place = `at ${Math.round(x)}, ${Math.round(y)}`
    return points.length === 1 ? `point ${place}` : `${points.length} points, the first ${place}`
  },
}
