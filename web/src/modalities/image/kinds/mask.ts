/** Masks: {x, y, width, height, runs}, whole pixels as run lengths in the tight box around them. */

import type { Geometry } from "#editor/annotation.ts"
import type { PlacedKind } from "#editor/kind.ts"
import { type Box, clipped, movedWithin, type Size } from "#geometry/box.ts"
import { maskArea, maskOf, type Patch, type RunMask, spansOf } from "#geometry/mask.ts"
import type { Path } from "#geometry/path.ts"
import { outlinesOf } from "#geometry/pieces.ts"
import { clippedTo, covers, type Spans, stretchedTo, united, without } from "#geometry/spans.ts"
import { brushTool, eraserTool, fillTool } from "../tools/mask/tool.ts"
import type { PlacedImageKind } from "./kind.ts"
import { draw } from "./vertices.ts"

/** The limits and codes are those of `fairmark.modalities.image.marks.mask`. */
const RUNS_MAX = 100_000
/** Drawing so many corners costs what drawing a box does. */
const CORNERS_A_MARK = 12
/** A mask is what is filled: where other marks have no fill it has this one, and more where they have more. */
const FILL_LEAST = 0.25
const FILL_GAIN = 1.2

interface Known {
  readonly spans: Spans
  rings: readonly Path[] | null
}

/** Read once for each geometry: marks are drawn every frame and never change, a new one takes their place. */
const KNOWN = new WeakMap<Geometry, Known>()
const NOTHING: Known = { spans: new Int32Array(0), rings: [] }

function isSound(geometry: Geometry): boolean {
  const { x, y, width, height, runs } = geometry
  return (
    Object.keys(geometry).length === 5 &&
    [x, y, width, height].every(Number.isSafeInteger) &&
    (width as number) > 0 &&
    (height as number) > 0 &&
    Array.isArray(runs) &&
    runs.length > 0 &&
    runs.every((run) => Number.isSafeInteger(run) && run >= 0) &&
    runs.length <= RUNS_MAX &&
    runs.reduce((sum, run) => sum + run, 0) === (width as number) * (height as number)
  )
}

function known(geometry: Geometry): Known {
  let found = KNOWN.get(geometry)
  if (found === undefined) {
    found = isSound(geometry) ? { spans: spansOf(asMask(geometry)), rings: null } : NOTHING
    KNOWN.set(geometry, found)
  }
  return found
}

function asMask(geometry: Geometry): RunMask {
  return geometry as unknown as RunMask
}

/** The pixels of a mask's geometry. */
export function maskSpans(geometry: Geometry): Spans {
  return known(geometry).spans
}

/** The geometry of pixels; null of none. */
export function maskGeometry(spans: Spans): Geometry | null {
  const mask = maskOf(spans) as Geometry | null
  if (mask) KNOWN.set(mask, { spans, rings: null })
  return mask
}

function ringsOf(geometry: Geometry): readonly Path[] {
  const found = known(geometry)
  found.rings ??= outlinesOf(found.spans).flat()
  return found.rings
}

function boundsOf(geometry: Geometry): Box {
  const { x, y, width, height } = asMask(geometry)
  return known(geometry) === NOTHING ? { x: 0, y: 0, w: 0, h: 0 } : { x, y, w: width, h: height }
}

function problems(geometry: Geometry, image: Size): ReturnType<PlacedKind["problems"]> {
  const problem = (code: string, message: string, mend: string) => [{ code, path: "", message, mend }]
  const { x, y, width, height, runs } = asMask(geometry)
  const areWhole = [x, y, width, height].every(Number.isSafeInteger) && width > 0 && height > 0
  const areRuns = Array.isArray(runs) && runs.length > 0 && runs.every((run) => Number.isSafeInteger(run) && run >= 0)
  if (!areWhole || !areRuns) return problem("bad_geometry", "The mask is none.", "Delete it and paint it anew.")
  if (runs.length > RUNS_MAX) {
    const message = `The mask has ${runs.length} runs, ${RUNS_MAX} at most.`
    return problem("too_many_runs", message, "Fill its small holes and erase its specks, or split it.")
  }
  const over = Math.max(-x, -y, x + width - image.width, y + height - image.height)
  if (over > 0) return problem("outside", `The mask reaches ${over} px out of the image.`, "Erase what is outside.")
  if (!isSound(geometry)) {
    return problem("wrong_sum", "The runs of the mask do not fill its box.", "Delete it and paint it anew.")
  }
  if (runs.slice(1).includes(0)) {
    return problem("empty_run", "A run of the mask has no length.", "Delete it and paint it anew.")
  }
  const { spans } = known(geometry)
  if (spans.length === 0) return problem("empty", "No pixel of the mask is on.", "Paint something, or delete it.")
  const tight = maskOf(spans) as RunMask
  if (tight.x !== x || tight.y !== y || tight.width !== width || tight.height !== height) {
    return problem("not_tight", "The box of the mask is larger than what is on.", "Paint a pixel of it anew.")
  }
  return []
}

function moved(geometry: Geometry, dx: number, dy: number, image: Size): Geometry {
  const to = movedWithin(boundsOf(geometry), Math.round(dx), Math.round(dy), image)
  return { ...geometry, x: to.x, y: to.y }
}

export const maskKind: PlacedImageKind = {
  id: "mask",
  title: "Mask",
  isPlaced: true,
  isTag: false,
  tool: brushTool,
  moreTools: [eraserTool, fillTool],
  problems,
  moved,
  bounds: boundsOf,
  covered: ringsOf,
  fillOf: (fill) => FILL_LEAST + FILL_GAIN * fill,
  weight: (geometry) => 1 + ringsOf(geometry).reduce((sum, ring) => sum + ring.length, 0) / CORNERS_A_MARK,

  outline(context, geometry, projection) {
    context.beginPath()
    for (const ring of ringsOf(geometry)) draw(context, ring, true, projection)
    context.stroke()
  },

  fill(context, geometry, projection) {
    context.beginPath()
    for (const ring of ringsOf(geometry)) draw(context, ring, true, projection)
    context.fill("evenodd")
  },

  pickCost(geometry, at, reach) {
    const { x, y, w, h } = boundsOf(geometry)
    if (covers(known(geometry).spans, Math.floor(at[0]), Math.floor(at[1]))) return 1 + Math.sqrt(w * h)
    // One that is smaller than the pointer is meant by it all the same.
    const away = Math.max(x - at[0], at[0] - x - w, y - at[1], at[1] - y - h, 0)
    return Math.max(w, h) <= reach && away <= reach ? 1 + away / Math.max(reach, 1e-9) : null
  },

  handles: () => [],
  handleUnder: () => null,
  reshaped: (geometry) => geometry,

  pushed(geometry, edge, by, image) {
    const from = boundsOf(geometry)
    const { x, y, w, h } = from
    const isAcross = edge === "left" || edge === "right"
    const change = Math.max(Math.round(by), 1 - (isAcross ? w : h))
    const to = clipped(
      {
        x: edge === "left" ? x - change : x,
        y: edge === "top" ? y - change : y,
        w: isAcross ? w + change : w,
        h: isAcross ? h : h + change,
      },
      image,
    )
    return maskGeometry(stretchedTo(known(geometry).spans, from, to)) ?? geometry
  },

  coordinates(geometry) {
    const { x, y } = boundsOf(geometry)
    return [
      { name: "x", label: "X", value: x },
      { name: "y", label: "Y", value: y },
    ]
  },

  withCoordinate(geometry, name, value, image) {
    const { x, y } = boundsOf(geometry)
    return moved(geometry, name === "x" ? value - x : 0, name === "y" ? value - y : 0, image)
  },

  mended(geometry, image) {
    return isSound(geometry) ? maskGeometry(clippedTo(known(geometry).spans, image)) : null
  },

  difference(before, after): Patch | null {
    const [was, is] = [maskSpans(before), maskSpans(after)]
    const [added, removed] = [without(is, was), without(was, is)]
    return added.length + removed.length < asMask(after).runs.length ? { added, removed } : null
  },

  patched(geometry, difference, isBack) {
    const { added, removed } = difference as Patch
    const spans = maskSpans(geometry)
    const [on, off] = isBack ? [removed, added] : [added, removed]
    return maskGeometry(united(without(spans, off), on)) ?? geometry
  },

  words(geometry) {
    if (!isSound(geometry)) return "broken mask"
    const { x, y, w, h } = boundsOf(geometry)
    return `${maskArea(asMask(geometry)).toLocaleString("en")} px, ${w} × ${h} at ${x}, ${y}`
  },
}
