/** Axis-parallel boxes: {x, y, w, h} in image pixels. */

import type { Geometry } from "#editor/annotation.ts"
import type { Problem } from "#editor/fields.ts"
import type { Edge, Handle } from "#editor/kind.ts"
import {
  type Box,
  boxOf,
  clipped,
  encloses,
  HANDLE_NAMES,
  type HandleName,
  handleAt,
  movedWithin,
  neat,
  reshaped,
  type Size,
} from "#geometry/box.ts"
import { faceOf } from "#geometry/cuboid.ts"
import { handleUnder, pickCost } from "#geometry/hit.ts"
import { clamp, imagePoint } from "#geometry/point.ts"
import { boxTool } from "../tools/box/tool.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"
import { placeOn } from "./vertices.ts"

/** Both sides are at least this long, image pixels. */
export const SIDE_MIN = 1
/** Coordinates are written with two decimals; so much outside the image is rounding. */
const SLACK = 0.01

const CURSORS: Readonly<Record<HandleName, string>> = {
  nw: "nwse-resize",
  n: "ns-resize",
  ne: "nesw-resize",
  e: "ew-resize",
  se: "nwse-resize",
  s: "ns-resize",
  sw: "nesw-resize",
  w: "ew-resize",
}

const PULLED: Readonly<Record<Edge, HandleName>> = { left: "w", top: "n", right: "e", bottom: "s" }

export function boxFrom(geometry: Geometry): Box {
  return geometry as unknown as Box
}

export function geometryOf(box: Box): Geometry {
  const { x, y, w, h } = neat(box)
  return { x, y, w, h }
}

function isFinite4(geometry: Geometry): boolean {
  return ["x", "y", "w", "h"].every(
    (name) => Number.isFinite(geometry[name]) && Math.abs(geometry[name] as number) < 1e12,
  )
}

/** The codes and limits are those of `fairmark.modalities.image.marks.box`. */
function problems(geometry: Geometry, image: Size): (Problem & { path: string })[] {
  if (!isFinite4(geometry) || Object.keys(geometry).length > 4) {
    const message = "The box has an edge that is not a position."
    return [{ code: "bad_geometry", path: "", message, mend: "Delete it and draw it anew." }]
  }
  const box = boxFrom(geometry)
  if (Math.min(box.w, box.h) < SIDE_MIN - 1e-6) {
    const message = `The box is ${box.w} × ${box.h} px, ${SIDE_MIN} px at least on each side.`
    return [{ code: "too_small", path: "", message, mend: "Draw it larger, or delete it." }]
  }
  if (encloses(boxOf(image), box, SLACK)) return []
  const over = Math.max(-box.x, -box.y, box.x + box.w - image.width, box.y + box.h - image.height)
  const message = `The box reaches ${over.toFixed(1)} px out of the image.`
  return [{ code: "outside", path: "", message, mend: "Move its edges inside." }]
}

function mended(geometry: Geometry, image: Size): Geometry | null {
  if (!isFinite4(geometry)) return null
  const box = neat(clipped(boxFrom(geometry), image))
  return box.w >= SIDE_MIN && box.h >= SIDE_MIN ? geometryOf(box) : null
}

/** `box` with the named handle at (x, y), kept inside the image and no smaller than it may be. */
function pulled(box: Box, handle: HandleName, x: number, y: number, image: Size, keepAspect: boolean): Geometry {
  const to = imagePoint(clamp(x, 0, image.width), clamp(y, 0, image.height))
  const next = clipped(reshaped(box, handle, to, keepAspect), image)
  const w = Math.min(Math.max(next.w, SIDE_MIN), image.width)
  const h = Math.min(Math.max(next.h, SIDE_MIN), image.height)
  // A box pulled flat grows away from the edge that stays.
  const growsLeft = next.w < SIDE_MIN && handle.includes("w")
  const growsUp = next.h < SIDE_MIN && handle.includes("n")
  return geometryOf(
    movedWithin(
      { x: growsLeft ? next.x - (w - next.w) : next.x, y: growsUp ? next.y - (h - next.h) : next.y, w, h },
      0,
      0,
      image,
    ),
  )
}

function pushed(geometry: Geometry, edge: Edge, by: number, image: Size): Geometry {
  const box = boxFrom(geometry)
  const isFar = edge === "right" || edge === "bottom"
  const isAcross = edge === "left" || edge === "right"
  const side = isAcross ? box.w : box.h
  // Keys never turn a box over: it stops at its least size.
  const change = Math.max(by, SIDE_MIN - side)
  const [x, y] = handleAt(box, PULLED[edge])
  const step = isFar ? change : -change
  return pulled(box, PULLED[edge], isAcross ? x + step : x, isAcross ? y : y + step, image, false)
}

/**
 * A snapped edge on whole device pixels is drawn sharp; a box of less than three pixels is a dot, so that far-away
 * boxes stay visible.
 */
function outline(context: CanvasRenderingContext2D, geometry: Geometry, projection: Projection): void {
  const { scale } = projection
  const { x, y, w, h } = geometry as unknown as Box
  const half = context.lineWidth % 2 === 1 ? 0.5 : 0
  const left = Math.round(x * scale + projection.x) + half
  const top = Math.round(y * scale + projection.y) + half
  const right = Math.round((x + w) * scale + projection.x) + half
  const bottom = Math.round((y + h) * scale + projection.y) + half
  if (right - left < 3 && bottom - top < 3) {
    context.fillStyle = context.strokeStyle
    context.fillRect(left - half, top - half, 3, 3)
  } else context.strokeRect(left, top, right - left, bottom - top)
}

function fill(context: CanvasRenderingContext2D, geometry: Geometry, projection: Projection): void {
  const { scale } = projection
  const { x, y, w, h } = geometry as unknown as Box
  const left = Math.round(x * scale + projection.x)
  const top = Math.round(y * scale + projection.y)
  context.fillRect(
    left,
    top,
    Math.round((x + w) * scale + projection.x) - left,
    Math.round((y + h) * scale + projection.y) - top,
  )
}

function gripOf(box: Box, name: HandleName): Handle {
  return { name, at: handleAt(box, name), cursor: CURSORS[name], form: "square" }
}

/** Edge grips of a box narrower than this would cover it, CSS pixels. */
const EDGE_GRIPS_FROM = 36

export const boxKind: PlacedImageKind = {
  id: "box",
  title: "Box",
  isPlaced: true,
  isTag: false,
  tool: boxTool,
  covered: (geometry) => {
    const { x, y, w, h } = boxFrom(geometry)
    return [
      [
        [x, y],
        [x + w, y],
        [x + w, y + h],
        [x, y + h],
      ],
    ]
  },
  problems,
  mended,
  pushed,
  outline,
  fill,

  words(geometry) {
    if (!isFinite4(geometry)) return "broken box"
    const { x, y, w, h } = boxFrom(geometry)
    return `${Math.round(w)} × ${Math.round(h)} px at ${Math.round(x)}, ${Math.round(y)}`
  },

  bounds(geometry) {
    return isFinite4(geometry) ? boxFrom(geometry) : { x: 0, y: 0, w: 0, h: 0 }
  },

  pickCost: (geometry, at, reach) => pickCost(boxFrom(geometry), at, reach),

  weight: () => 1,

  handles(geometry, pixel) {
    const box = boxFrom(geometry)
    const isNarrow = box.w < EDGE_GRIPS_FROM * pixel
    const isLow = box.h < EDGE_GRIPS_FROM * pixel
    return HANDLE_NAMES.filter(
      (name) => !(isNarrow && (name === "n" || name === "s")) && !(isLow && (name === "e" || name === "w")),
    ).map((name) => gripOf(box, name))
  },

  handleUnder(geometry, at, reach) {
    const name = handleUnder(boxFrom(geometry), at, reach)
    return name === null ? null : gripOf(boxFrom(geometry), name)
  },

  reshaped(geometry, handle, to, keepAspect, image) {
    return pulled(boxFrom(geometry), handle as HandleName, to[0], to[1], image, keepAspect)
  },

  sidesOf(geometry, handle, at) {
    const from = boxFrom(geometry)
    const box = reshaped(from, handle as HandleName, at)
    // Pulled past the opposite side, the box is turned over: what was its left side is its right one.
    const across = /[we]/.test(handle) ? (at[0] === box.x ? "w" : "e") : ""
    const down = /[ns]/.test(handle) ? (at[1] === box.y ? "n" : "s") : ""
    return { box, sides: across + down }
  },

  snap: (geometry, at, reach) => placeOn(faceOf(boxFrom(geometry)), true, true, at, reach),

  moved: (geometry, dx, dy, image) => geometryOf(movedWithin(boxFrom(geometry), dx, dy, image)),

  coordinates(geometry) {
    const { x, y, w, h } = boxFrom(geometry)
    return [
      { name: "x", label: "X", value: x },
      { name: "y", label: "Y", value: y },
      { name: "w", label: "Width", value: w },
      { name: "h", label: "Height", value: h },
    ]
  },

  withCoordinate(geometry, name, value, image) {
    const box = boxFrom(geometry)
    if (name === "w") return pushed(geometry, "right", value - box.w, image)
    if (name === "h") return pushed(geometry, "bottom", value - box.h, image)
    const [dx, dy] = name === "x" ? [value - box.x, 0] : [0, value - box.y]
    return geometryOf(movedWithin(box, dx, dy, image))
  },
}
