/** Cuboids: {front, back}, four corners [x, y] of each face in image pixels, clockwise from the upper left. */

import type { Geometry } from "#editor/annotation.ts"
import type { Handle, PlacedKind } from "#editor/kind.ts"
import type { Size } from "#geometry/box.ts"
import { hull, isInOrder, isUpright, movedFace, pulledCorner } from "#geometry/cuboid.ts"
import { boundsOf, covers, nearestOn, neatPoint, type Path, ringArea, within, type XY } from "#geometry/path.ts"
import { imagePoint } from "#geometry/point.ts"
import { cuboidTool } from "../tools/cuboid/tool.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"
import { draw, isPath, placeProblem, vertexKind } from "./vertices.ts"

/** A face covers at least so much, square pixels. */
const AREA_MIN = 1
const FACES = ["front", "back"] as const

function facesOf(geometry: Geometry): readonly [Path, Path] {
  return [geometry.front as Path, geometry.back as Path]
}

function isSound(geometry: Geometry): boolean {
  return (
    Object.keys(geometry).length === 2 &&
    FACES.every((face) => isPath(geometry[face], 4) && (geometry[face] as Path).length === 4)
  )
}

interface Seen {
  readonly silhouette: Path
  /** From each corner in front to the one behind. */
  readonly sides: readonly Path[]
}

/** Worked out once for each geometry: it is drawn every frame and never changes. */
const SEEN = new WeakMap<Geometry, Seen>()

function seen(geometry: Geometry): Seen {
  let found = SEEN.get(geometry)
  if (found === undefined) {
    const [front, back] = facesOf(geometry)
    found = { silhouette: hull([...front, ...back]), sides: front.map((corner, i) => [corner, back[i] as XY]) }
    SEEN.set(geometry, found)
  }
  return found
}

/** The codes and limits are those of `fairmark.modalities.image.marks.cuboid`. */
function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  const fault = (code: string, message: string, mend: string) => [{ code, path: "", message, mend }]
  if (!isSound(geometry)) {
    return fault("bad_geometry", "The cuboid has a face that is none.", "Delete it and draw it anew.")
  }
  const misplaced = placeProblem(facesOf(geometry), image, "cuboid")
  if (misplaced) return [misplaced]
  for (const [i, face] of facesOf(geometry).entries()) {
    if (!isInOrder(face)) {
      const message = `The corners of the ${FACES[i]} face are not in order.`
      return fault("broken_order", message, "Pull the corners back into place, or draw it anew.")
    }
    if (ringArea(face) < AREA_MIN - 1e-6) {
      const message = `The ${FACES[i]} face has ${ringArea(face).toFixed(2)} px², ${AREA_MIN} px² at least.`
      return fault("too_small", message, "Draw it larger, or delete it.")
    }
  }
  return []
}

function middleOf(face: Path): readonly [number, number] {
  return [0, 1].map((axis) => face.reduce((sum, point) => sum + (point[axis] as number), 0) / 4) as [number, number]
}

/** The grips that move a face as a whole, in its middle. */
function faceGrips(geometry: Geometry): Handle[] {
  return facesOf(geometry).map((face, i) => {
    const [x, y] = middleOf(face)
    return { name: `face.${i}`, at: imagePoint(x, y), cursor: "move", form: "square" }
  })
}

const shared = vertexKind(
  {
    id: "cuboid",
    title: "Cuboid",
    paths: facesOf,
    withPaths: (_, [front, back]) => ({ front, back }),
    isClosed: () => true,
    isJoined: true,
    isFixed: true,
    isFilled: true,
    withoutPoint: () => null,
  },
  isSound,
)

export const cuboidKind: PlacedImageKind = {
  ...shared,
  tool: cuboidTool,
  covered: (geometry) => [seen(geometry).silhouette],
  problems,

  mended(geometry, image) {
    if (!isSound(geometry)) return null
    const [front, back] = facesOf(geometry).map((face) => face.map((point) => neatPoint(within(point, image))))
    const clean = { front, back }
    return problems(clean, image).length === 0 ? clean : null
  },

  outline(context, geometry, projection) {
    context.beginPath()
    draw(context, geometry.front as Path, true, projection)
    draw(context, geometry.back as Path, true, projection)
    for (const side of seen(geometry).sides) draw(context, side, false, projection)
    context.stroke()
  },

  /** The face in front is filled twice: which one it is can be seen. */
  fill(context, geometry, projection) {
    filled(context, seen(geometry).silhouette, projection)
    filled(context, geometry.front as Path, projection)
  },

  pickCost(geometry, at, reach) {
    const { silhouette, sides } = seen(geometry)
    const away = Math.min(
      ...facesOf(geometry).map((face) => nearestOn(face, true, at).distance),
      ...sides.map((side) => nearestOn(side, false, at).distance),
    )
    if (away <= reach) return away / Math.max(reach, 1e-9)
    if (!covers([silhouette], at)) return null
    const { w, h } = shared.bounds(geometry)
    return 1 + Math.sqrt(w * h)
  },

  handles: (geometry, pixel) => [...shared.handles(geometry, pixel), ...faceGrips(geometry)],

  handleUnder(geometry, at, reach) {
    const corner = shared.handleUnder(geometry, at, reach)
    if (corner) return corner
    return faceGrips(geometry).find((grip) => Math.hypot(grip.at[0] - at[0], grip.at[1] - at[1]) <= reach) ?? null
  },

  /** Shift frees a corner of an upright face. */
  reshaped(geometry, handle, to, isFree, image) {
    const [what, which, corner] = handle.split(".") as [string, string, string]
    const faces = facesOf(geometry).map((face, i) => {
      if (i !== Number(which)) return face
      const next =
        what === "face"
          ? movedFace(face, to, image)
          : pulledCorner(face, Number(corner), within([to[0], to[1]], image), isFree)
      return next.map(neatPoint)
    })
    return { front: faces[0], back: faces[1] }
  },

  /** A face as a whole, or the corner of an upright one, whose sides stay upright. */
  sidesOf(geometry, handle, at) {
    const [what, which, corner] = handle.split(".") as [string, string, string]
    const face = facesOf(geometry)[Number(which)] as Path
    if (what === "face") {
      const { w, h } = boundsOf([face])
      return { box: { x: at[0] - w / 2, y: at[1] - h / 2, w, h }, sides: "nesw" }
    }
    if (!isUpright(face)) return null
    const box = boundsOf([pulledCorner(face, Number(corner), [at[0], at[1]], false)])
    return { box, sides: `${at[0] === box.x ? "w" : "e"}${at[1] === box.y ? "n" : "s"}` }
  },

  words(geometry) {
    if (!isSound(geometry)) return "broken cuboid"
    const { x, y, w, h } = shared.bounds(geometry)
    return `${Math.round(w)} × ${Math.round(h)} px at ${Math.round(x)}, ${Math.round(y)}`
  },
}

function filled(context: CanvasRenderingContext2D, path: Path, projection: Projection): void {
  context.beginPath()
  draw(context, path, true, projection)
  context.fill()
}
