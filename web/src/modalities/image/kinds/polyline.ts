/** Polylines: {points: [[x, y], ...]} in image pixels, from the first to the last. */

import type { Geometry } from "#editor/annotation.ts"
import type { PlacedKind } from "#editor/kind.ts"
import type { Size } from "#geometry/box.ts"
import { boundsOf, type Path, within, withoutDoubles } from "#geometry/path.ts"
import { pathTool } from "../tools/path/tool.ts"
import type { PlacedImageKind } from "./kind.ts"
import { isPath, placeProblem, vertexKind } from "./vertices.ts"

/** It reaches at least so far, pixels. */
const LENGTH_MIN = 1

function pointsOf(geometry: Geometry): Path {
  return geometry.points as Path
}

function isSound(geometry: Geometry): boolean {
  return isPath(geometry.points, 2) && Object.keys(geometry).length === 1
}

/** The codes and limits are those of `fairmark.modalities.image.marks.polyline`. */
function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  if (!isSound(geometry)) {
    const message = "The line has points that are none."
    return [{ code: "bad_geometry", path: "", message, mend: "Delete it and draw it anew." }]
  }
  const misplaced = placeProblem([pointsOf(geometry)], image, "line")
  if (misplaced) return [misplaced]
  const { w, h } = boundsOf([pointsOf(geometry)])
  if (Math.max(w, h) >= LENGTH_MIN) return []
  const message = `The line stays within ${Math.max(w, h)} px, ${LENGTH_MIN} px at least.`
  return [{ code: "too_small", path: "", message, mend: "Draw it longer, or delete it." }]
}

export const polylineKind: PlacedImageKind = {
  ...vertexKind(
    {
      id: "polyline",
      title: "Line",
      paths: (geometry) => [pointsOf(geometry)],
      withPaths: (_, [points]) => ({ points }),
      isClosed: () => false,
      isJoined: true,
      isFilled: false,

      withoutPoint(geometry, _, index) {
        const points = pointsOf(geometry)
        return points.length > 2 ? { points: points.filter((_, i) => i !== index) } : null
      },
    },
    isSound,
  ),
  tool: pathTool({
    kind: "polyline",
    title: "Draw line",
    isClosed: false,
    least: 2,
    geometryOf: (points) => ({ points }),
  }),
  problems,

  mended(geometry, image) {
    if (!isSound(geometry)) return null
    const points = withoutDoubles(
      pointsOf(geometry).map((point) => within(point, image)),
      false,
    )
    const { w, h } = boundsOf([points])
    return points.length >= 2 && Math.max(w, h) >= LENGTH_MIN ? { points } : null
  },

  words(geometry) {
    if (!isSound(geometry)) return "broken line"
    const { x, y, w, h } = polylineKind.bounds(geometry)
    const count = pointsOf(geometry).length
    return `${count} points, ${Math.round(w)} × ${Math.round(h)} px at ${Math.round(x)}, ${Math.round(y)}`
  },
}
