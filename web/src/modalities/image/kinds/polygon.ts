/** Polygons: {parts: [[outer, ...holes], ...]}, a ring being a list of [x, y] in image pixels. */

import type { Geometry } from "#editor/annotation.ts"
import type { PlacedKind } from "#editor/kind.ts"
import type { Size } from "#geometry/box.ts"
import { covers, cross, innerPoint, type Path, ringArea, within, withoutDoubles } from "#geometry/path.ts"
import { pathTool } from "../tools/path/tool.ts"
import type { PlacedImageKind } from "./kind.ts"
import { isPath, placeProblem, vertexKind } from "./vertices.ts"

/** A ring encloses at least so much, square pixels. */
const AREA_MIN = 1

type Part = readonly Path[]

function partsOf(geometry: Geometry): readonly Part[] {
  return geometry.parts as readonly Part[]
}

function isSound(geometry: Geometry): boolean {
  const { parts } = geometry
  return (
    Array.isArray(parts) &&
    parts.length > 0 &&
    Object.keys(geometry).length === 1 &&
    parts.every((part) => Array.isArray(part) && part.length > 0 && part.every((ring) => isPath(ring, 3)))
  )
}

function problem(code: string, message: string, mend: string) {
  return [{ code, path: "", message, mend }]
}

/** The codes and limits are those of `fairmark.modalities.image.marks.polygon`. */
function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  if (!isSound(geometry)) {
    return problem("bad_geometry", "The polygon has an outline that is none.", "Delete it and draw it anew.")
  }
  const rings = partsOf(geometry).flat()
  const misplaced = placeProblem(rings, image, "polygon")
  if (misplaced) return [misplaced]
  const smallest = Math.min(...rings.map((ring) => Math.abs(ringArea(ring))))
  if (smallest < AREA_MIN) {
    const message = `An outline of the polygon encloses ${smallest.toFixed(2)} px², ${AREA_MIN} px² at least.`
    return problem("too_small", message, "Draw it larger, or delete it.")
  }
  if (cross(rings)) {
    return problem("self_crossing", "The outline of the polygon crosses itself.", "Pull its points apart.")
  }
  return nestingProblems(partsOf(geometry))
}

/** Holes lie in their own part and not in each other, parts not in each other. The rings do not cross. */
function nestingProblems(parts: readonly Part[]) {
  for (const [outer, ...holes] of parts as readonly (readonly [Path, ...Path[]])[]) {
    for (const hole of holes) {
      const inside = innerPoint(hole)
      if (covers([outer], inside) && !holes.some((other) => other !== hole && covers([other], inside))) continue
      const message = "A hole of the polygon is not inside of its part."
      return problem("hole_outside", message, "Move the hole, or delete it.")
    }
  }
  for (const part of parts.length > 1 ? parts : []) {
    const inside = innerPoint(part[0] as Path)
    if (!parts.some((other) => other !== part && covers(other, inside))) continue
    return problem("parts_overlap", "A part of the polygon lies in another.", "Delete one of the two.")
  }
  return []
}

function mended(geometry: Geometry, image: Size): Geometry | null {
  if (!isSound(geometry)) return null
  const parts: Path[][] = []
  for (const part of partsOf(geometry)) {
    const [outer, ...holes] = part.map((ring) =>
      withoutDoubles(
        ring.map((point) => within(point, image)),
        true,
      ),
    )
    const isWhole = (ring: Path | undefined): ring is Path =>
      ring !== undefined && ring.length >= 3 && Math.abs(ringArea(ring)) >= AREA_MIN
    if (isWhole(outer)) parts.push([outer, ...holes.filter(isWhole)])
  }
  return parts.length > 0 ? { parts } : null
}

/** `geometry` with a further outline: a hole where it lies inside, a part where it lies outside; null if it crosses. */
function joined(geometry: Geometry, further: Geometry): Geometry | null {
  const parts = partsOf(geometry)
  const ring = partsOf(further)[0]?.[0] as Path
  if (cross([...parts.flat(), ring])) return null
  const inside = innerPoint(ring)
  const around = parts.findIndex((part) => covers(part, inside))
  const result = around < 0 ? [...parts, [ring]] : parts.map((part, i) => (i === around ? [...part, ring] : part))
  return nestingProblems(result).length === 0 ? { parts: result } : null
}

function withoutPoint(geometry: Geometry, path: number, index: number): Geometry | null {
  let at = 0
  const parts = partsOf(geometry).flatMap((part): Part[] => {
    const rings = part.flatMap((ring, r): Path[] => {
      if (at++ !== path) return [ring]
      if (ring.length > 3) return [ring.filter((_, i) => i !== index)]
      // The last corner but two of a hole takes the hole with it; an outer ring takes its part.
      return r === 0 ? [[]] : []
    })
    return rings[0]?.length ? [rings] : []
  })
  return parts.length > 0 ? { parts } : null
}

function withPaths(geometry: Geometry, paths: readonly Path[]): Geometry {
  let at = 0
  return { parts: partsOf(geometry).map((part) => part.map(() => paths[at++] as Path)) }
}

export const polygonKind: PlacedImageKind = {
  ...vertexKind(
    {
      id: "polygon",
      title: "Polygon",
      paths: (geometry) => partsOf(geometry).flat(),
      withPaths,
      isClosed: () => true,
      isJoined: true,
      isFilled: true,
      withoutPoint,
    },
    isSound,
  ),
  tool: pathTool({
    kind: "polygon",
    title: "Draw polygon",
    isClosed: true,
    least: 3,
    geometryOf: (points) => ({ parts: [[points]] }),
  }),
  covered: (geometry) => partsOf(geometry).flat(),
  problems,
  mended,
  joined,

  words(geometry) {
    if (!isSound(geometry)) return "broken polygon"
    const rings = partsOf(geometry).flat()
    const count = rings.reduce((sum, ring) => sum + ring.length, 0)
    const parts = partsOf(geometry).length
    const holes = rings.length - parts
    const more = `${parts > 1 ? `, ${parts} parts` : ""}${holes > 0 ? `, ${holes} ${holes === 1 ? "hole" : "holes"}` : ""}`
    const { x, y, w, h } = polygonKind.bounds(geometry)
    return `${count} points${more}, ${Math.round(w)} × ${Math.round(h)} px at ${Math.round(x)}, ${Math.round(y)}`
  },
}
