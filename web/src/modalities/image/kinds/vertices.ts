/** What kinds made of points in a row share: hit tests, grips, moving and stretching. A kind says how its geometry reads. */

import type { Geometry } from "#editor/annotation.ts"
import type { Handle, PlacedKind } from "#editor/kind.ts"
import { type Box, clipped, grown, movedWithin, type Size } from "#geometry/box.ts"
import { boundsOf, covers, nearestOn, neatPoint, type Path, stretched, within, type XY } from "#geometry/path.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"

/** Grips nearer together than this are not all drawn, CSS pixels; each can be taken all the same. */
const GRIP_GAP = 5
/** An edge this long, CSS pixels, shows a grip for one more point in its middle. */
const EDGE_GRIP_FROM = 44
const EDGE_MIN = 1

export interface Vertices {
  readonly id: string
  readonly title: string
  /** Rings or lines, in a fixed order. */
  paths(geometry: Geometry): readonly Path[]
  /** `geometry` with these paths in place of its own: as many, in the same order. */
  withPaths(geometry: Geometry, paths: readonly Path[]): Geometry
  /** Whether the last point is joined to the first. */
  isClosed(geometry: Geometry): boolean
  /** Whether the points are joined at all. */
  readonly isJoined: boolean
  /** Whether it has the points that it has: none is added or taken out. */
  readonly isFixed?: boolean
  /** Whether it covers what lies inside. */
  readonly isFilled: boolean
  /** Points of a path with one of `index` taken out; null if that may not be. */
  withoutPoint(geometry: Geometry, path: number, index: number): Geometry | null
}

interface Known {
  readonly paths: readonly Path[]
  readonly bounds: Box
}

/** Read once for each geometry: marks are drawn every frame and never change, a new one takes their place. */
const KNOWN = new WeakMap<Geometry, Known>()
const NOTHING: Known = { paths: [], bounds: { x: 0, y: 0, w: 0, h: 0 } }

type Shared = Omit<PlacedImageKind, "tool" | "problems" | "mended" | "words" | "read">

/** The members that all such kinds have. `isSound`: whether the geometry has the right form. */
export function vertexKind(of: Vertices, isSound: (geometry: Geometry) => boolean): Shared {
  const known = (geometry: Geometry): Known => {
    let found = KNOWN.get(geometry)
    if (found === undefined) {
      const paths = isSound(geometry) ? of.paths(geometry) : null
      found = paths ? { paths, bounds: boundsOf(paths) } : NOTHING
      KNOWN.set(geometry, found)
    }
    return found
  }

  function stretchedTo(geometry: Geometry, to: Box): Geometry {
    const { paths, bounds } = known(geometry)
    return of.withPaths(
      geometry,
      paths.map((path) => stretched(path, bounds, to).map(neatPoint)),
    )
  }

  const pushed: PlacedKind["pushed"] = (geometry, edge, by, image) => {
    const { x, y, w, h } = known(geometry).bounds
    const isAcross = edge === "left" || edge === "right"
    if ((isAcross ? w : h) === 0) return geometry
    const change = Math.max(by, EDGE_MIN - (isAcross ? w : h))
    const to = {
      x: edge === "left" ? x - change : x,
      y: edge === "top" ? y - change : y,
      w: isAcross ? w + change : w,
      h: isAcross ? h : h + change,
    }
    return stretchedTo(geometry, clipped(to, image))
  }

  const moved: PlacedKind["moved"] = (geometry, dx, dy, image) => {
    const { paths, bounds } = known(geometry)
    const to = movedWithin(bounds, dx, dy, image)
    const [right, down] = [to.x - bounds.x, to.y - bounds.y]
    return of.withPaths(
      geometry,
      paths.map((path) => path.map(([x, y]) => neatPoint([x + right, y + down]))),
    )
  }

  return {
    id: of.id,
    title: of.title,
    isPlaced: true,
    isTag: false,
    pushed,
    moved,
    bounds: (geometry) => known(geometry).bounds,
    ...(of.isFilled ? {} : { compared: (geometry: Geometry) => grown(known(geometry).bounds, COMPARED_AROUND) }),

    weight: (geometry) => 1 + known(geometry).paths.reduce((sum, path) => sum + path.length, 0) / POINTS_A_MARK,

    outline: (context, geometry, projection) =>
      trace(context, known(geometry).paths, of, of.isClosed(geometry), projection),

    fill(context, geometry, projection) {
      if (!of.isFilled) return
      context.beginPath()
      for (const path of known(geometry).paths) draw(context, path, true, projection)
      context.fill("evenodd")
    },

    pickCost(geometry, at, reach) {
      const { paths } = known(geometry)
      let away = Number.POSITIVE_INFINITY
      for (const path of paths) {
        const near = of.isJoined ? nearestOn(path, of.isClosed(geometry), at).distance : nearestPoint(path, at).distance
        if (near < away) away = near
      }
      if (away <= reach) return away / Math.max(reach, 1e-9)
      if (!of.isFilled || !covers(paths, at)) return null
      const { w, h } = known(geometry).bounds
      return 1 + Math.sqrt(w * h)
    },

    handles: (geometry, pixel) => gripsOf(of, known(geometry).paths, of.isClosed(geometry), pixel),

    handleUnder(geometry, at, reach, anywhere = false) {
      const { paths } = known(geometry)
      let best: Handle | null = null
      let nearest = reach
      paths.forEach((path, p) => {
        const { index, distance } = nearestPoint(path, at)
        if (distance > nearest) return
        nearest = distance
        best = vertexGrip(p, index, path[index] as XY)
      })
      if (best !== null || !of.isJoined || of.isFixed) return best
      nearest = reach
      paths.forEach((path, p) => {
        const { index, at: place, distance } = nearestOn(path, of.isClosed(geometry), at)
        if (distance > nearest) return
        const [a, b] = [path[index] as XY, path[(index + 1) % path.length] as XY]
        const middle = imagePoint((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        const isLong = Math.hypot(b[0] - a[0], b[1] - a[1]) >= 6 * reach
        const isAtMiddle = Math.hypot(at[0] - middle[0], at[1] - middle[1]) <= reach
        if (!anywhere && !(isLong && isAtMiddle)) return
        nearest = distance
        best = edgeGrip(p, index, anywhere ? place : middle)
      })
      return best
    },

    reshaped(geometry, handle, to, _keepAspect, image) {
      const [what, p, i] = handle.split(".") as [string, string, string]
      const point = neatPoint(within([to[0], to[1]], image))
      const paths = known(geometry).paths.map((path, at) => {
        if (at !== Number(p)) return path
        const next = [...path]
        if (what === "vertex") next[Number(i)] = point
        else next.splice(Number(i) + 1, 0, point)
        return next
      })
      return of.withPaths(geometry, paths)
    },

    withoutHandle(geometry, handle) {
      const [what, p, i] = handle.split(".") as [string, string, string]
      return what === "vertex" ? of.withoutPoint(geometry, Number(p), Number(i)) : null
    },

    snap(geometry, at, reach) {
      let best: { at: ImagePoint; distance: number } | null = null
      for (const path of known(geometry).paths) {
        const found = placeOn(path, of.isJoined, of.isClosed(geometry), at, reach)
        if (found && (best === null || found.distance < best.distance)) best = found
      }
      return best
    },

    coordinates(geometry) {
      const { x, y, w, h } = known(geometry).bounds
      const sides = [
        { name: "w", label: "Width", value: w },
        { name: "h", label: "Height", value: h },
      ]
      return [
        { name: "x", label: "X", value: x },
        { name: "y", label: "Y", value: y },
        // What has no extent cannot be stretched.
        ...sides.filter(({ value }) => value > 0),
      ]
    },

    withCoordinate(geometry, name, value, image) {
      const { x, y, w, h } = known(geometry).bounds
      if (name === "w") return pushed(geometry, "right", value - w, image)
      if (name === "h") return pushed(geometry, "bottom", value - h, image)
      return moved(geometry, name === "x" ? value - x : 0, name === "y" ? value - y : 0, image)
    },
  }
}

/** The place of a path within `reach` that a point near it is meant to share: a corner rather than the edge beside it. */
export function placeOn(
  path: Path,
  isJoined: boolean,
  isClosed: boolean,
  at: ImagePoint,
  reach: number,
): { readonly at: ImagePoint; readonly distance: number } | null {
  const point = nearestPoint(path, at)
  const [x, y] = path[point.index] as XY
  if (point.distance <= reach) return { at: imagePoint(x, y), distance: point.distance / 1e6 }
  const found = isJoined ? nearestOn(path, isClosed, at) : null
  return found && found.distance <= reach ? found : null
}

/** Lines and points have no area: they are compared with so many pixels around them. */
const COMPARED_AROUND = 10
/** Drawing so many points costs what drawing a box does. */
const POINTS_A_MARK = 12

function nearestPoint(path: Path, at: XY): { index: number; distance: number } {
  let best = { index: 0, distance: Number.POSITIVE_INFINITY }
  for (let index = 0; index < path.length; index++) {
    const [x, y] = path[index] as XY
    const distance = Math.hypot(x - at[0], y - at[1])
    if (distance < best.distance) best = { index, distance }
  }
  return best
}

function vertexGrip(path: number, index: number, [x, y]: XY): Handle {
  return { name: `vertex.${path}.${index}`, at: imagePoint(x, y), cursor: "move", form: "round" }
}

function edgeGrip(path: number, index: number, at: ImagePoint): Handle {
  return { name: `edge.${path}.${index}`, at, cursor: "copy", form: "ghost" }
}

/** `pixel`: image pixels per CSS pixel. */
function gripsOf(of: Vertices, paths: readonly Path[], isClosed: boolean, pixel: number): Handle[] {
  const grips: Handle[] = []
  paths.forEach((path, p) => {
    let last: XY | null = null
    path.forEach((point, i) => {
      if (last === null || Math.hypot(point[0] - last[0], point[1] - last[1]) >= GRIP_GAP * pixel) {
        grips.push(vertexGrip(p, i, point))
        last = point
      }
      const next = path[i + 1] ?? (isClosed ? path[0] : undefined)
      if (
        !of.isJoined ||
        of.isFixed ||
        !next ||
        Math.hypot(next[0] - point[0], next[1] - point[1]) < EDGE_GRIP_FROM * pixel
      )
        return
      grips.push(edgeGrip(p, i, imagePoint((point[0] + next[0]) / 2, (point[1] + next[1]) / 2)))
    })
  })
  return grips
}

function trace(
  context: CanvasRenderingContext2D,
  paths: readonly Path[],
  of: Vertices,
  isClosed: boolean,
  projection: Projection,
): void {
  if (!of.isJoined) {
    for (const path of paths) for (const point of path) dot(context, point, projection)
    return
  }
  context.beginPath()
  for (const path of paths) draw(context, path, isClosed, projection)
  context.stroke()
}

/** Points less than this apart on the canvas are one, device pixels. */
const FINE = 1.5

/** Adds a path to the context's. Allocates nothing: it runs for every mark of a frame. */
export function draw(context: CanvasRenderingContext2D, path: Path, isClosed: boolean, projection: Projection): void {
  const { scale, x, y } = projection
  const count = path.length
  let lastX = 0
  let lastY = 0
  for (let i = 0; i < count; i++) {
    const point = path[i] as XY
    const atX = point[0] * scale + x
    const atY = point[1] * scale + y
    if (i === 0) context.moveTo(atX, atY)
    else {
      const isNear = Math.abs(atX - lastX) < FINE && Math.abs(atY - lastY) < FINE
      if (isNear && i < count - 1) continue
      context.lineTo(atX, atY)
    }
    lastX = atX
    lastY = atY
  }
  if (isClosed) context.closePath()
}

const DOT = 4

function dot(context: CanvasRenderingContext2D, point: XY, projection: Projection): void {
  const { scale, x, y, density } = projection
  context.beginPath()
  context.arc(point[0] * scale + x, point[1] * scale + y, DOT * density, 0, 2 * Math.PI)
  context.stroke()
}

/** Whether `value` is a list of points, `least` at the fewest. */
export function isPath(value: unknown, least: number): value is Path {
  return Array.isArray(value) && value.length >= least && value.every(isPoint)
}

function isPoint(value: unknown): value is XY {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number")
}

/** The codes and limits are those of `fairmark.modalities.image.marks.places`. */
const SLACK = 0.01
const FAR = 1e12
const POINTS_MAX = 2000

type Fault = ReturnType<PlacedKind["problems"]>[number]

/** What is wrong with where points are, or with how many there are; null if nothing. */
export function placeProblem(paths: readonly Path[], { width, height }: Size, what: string): Fault | null {
  const count = paths.reduce((sum, path) => sum + path.length, 0)
  if (count > POINTS_MAX) {
    const message = `The ${what} has ${count} points, ${POINTS_MAX} at most.`
    return { code: "too_many_points", path: "", message, mend: "Simplify it, or split it." }
  }
  let over = 0
  for (const path of paths) {
    for (const [x, y] of path) {
      if (!(Math.abs(x) < FAR && Math.abs(y) < FAR)) {
        const message = `The ${what} has a point that is no position.`
        return { code: "not_finite", path: "", message, mend: "Delete it and draw it anew." }
      }
      over = Math.max(over, -x, -y, x - width, y - height)
    }
  }
  if (over <= SLACK) return null
  return {
    code: "outside",
    path: "",
    message: `The ${what} reaches ${over.toFixed(1)} px out of the image.`,
    mend: "Move its points inside.",
  }
}
