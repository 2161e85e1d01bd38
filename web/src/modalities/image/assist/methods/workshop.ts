/** Does the jobs on images: picks the pieces and scales that the methods work at, and keeps what the next job may reuse. */

import { type Box, grown, union } from "#geometry/box.ts"
import { maskOf } from "#geometry/mask.ts"
import { boundsOf, type Path, simplified, within, type XY } from "#geometry/path.ts"
import { snappedToEdges } from "./edgeSnap.ts"
import { followed } from "./following.ts"
import { bandAround, type Colours, cutOut, GUESS_INSIDE, INSIDE, OUTSIDE, tidied } from "./grabcut.ts"
import type { Answers, CutJob, CutStroke, FitJob, Job, Outline, RegionJob, SnapJob, WireJob } from "./jobs.ts"
import {
  type Crop,
  edgesOf,
  isCoarse,
  labOf,
  maskOfSpans,
  type Pixels,
  pixelAt,
  placeOf,
  scaleOf,
  spansOfMask,
  wholeBox,
} from "./raster.ts"
import { costsOf, strongestNear, Wire } from "./scissors.ts"
import type { Steps } from "./steps.ts"
import { floodFrom, type Patches, patchesOf } from "./superpixels.ts"

/** Pixels that a method works on at first, and where its result is refined. */
const WIRE_PIXELS = 160_000
const REGION_PIXELS = 160_000
const CUT_PIXELS = 50_000
const FINE_PIXELS = 800_000
/** The scissors look so far around their last anchor, pixels of the screen and of the image. */
const WIRE_REACH = { screen: 240, image: 96 }
const PATCHES = 1400
const PATCH_SIDE_MIN = 5
/** A box is looked at with so much around it: what is outside has colours, too. */
const AROUND_BOX = 0.35
const STROKE_RADIUS = 1
/** Pieces and holes of less than this share of the largest piece are specks. */
const SPECK = 0.03
/** A box holds something if so much of it is covered. */
const COVERED_MIN = 0.03
/** Rows and columns with less than this share of the fullest one are no part of what the box is fitted to. */
const FRINGE = 0.04

interface Laid {
  readonly key: string
  readonly crop: Crop
  readonly strength: Float32Array
  readonly wire: Wire
}

interface Flooded {
  readonly key: string
  readonly crop: Crop
  readonly patches: Patches
}

export class Workshop {
  readonly #open: (image: string) => Pixels
  #laid: Laid | null = null
  #flooded: Flooded | null = null

  /** `open` gives the pixels of an image by its name; it throws Error with words for people where it cannot. */
  constructor(open: (image: string) => Pixels) {
    this.#open = open
  }

  *do<J extends Job>(job: J): Steps<Answers[J["sort"]]> {
    return (yield* this.#do(job)) as Answers[J["sort"]]
  }

  *#do(job: Job): Steps<Answers[keyof Answers]> {
    const pixels = this.#open(job.image)
    switch (job.sort) {
      case "wire":
        return yield* this.#wire(job, pixels)
      case "region":
        return yield* this.#region(job, pixels)
      case "cut":
        return { spans: yield* cut(job, pixels) }
      case "snap":
        return yield* snap(job, pixels)
      case "fit":
        return yield* fit(job, pixels)
      case "follow":
        return { moves: yield* followed(pixels, this.#open(job.next), job.boxes) }
    }
  }

  *#wire(job: WireJob, pixels: Pixels): Steps<Answers["wire"]> {
    const { crop, strength, wire } = yield* this.#laidFor(job, pixels)
    const [scale] = scaleOf(crop)
    const wanted = pixelAt(crop, job.to)
    const end =
      job.reach > 0 ? strongestNear(crop.width, crop.height, strength, wanted, Math.round(job.reach / scale)) : wanted
    const way = yield* wire.to(end)
    if (way === null) return { points: [job.from, job.to] }
    const isMoved = end !== wanted
    const found = way.map((pixel) => placeOf(crop, pixel))
    const to = isMoved ? (found[found.length - 1] as XY) : within(job.to, pixels.size)
    const fine = job.isFinal && isCoarse(crop) ? yield* refinedWay(pixels, found, Math.ceil(1.5 * scale)) : found
    const pixel = fine === found ? scale : 1
    // The middle of the pixel that an end lies in is not where the end was put.
    const inner = fine.slice(1, -1)
    return { points: simplified([job.from, ...inner, to], 0.6 * pixel) }
  }

  *#laidFor({ image, from, to, pixel }: WireJob, pixels: Pixels): Steps<Laid> {
    const key = `${image} ${from}`
    const { box } = this.#laid?.crop ?? { box: { x: 0, y: 0, w: 0, h: 0 } }
    const isIn = to[0] >= box.x && to[1] >= box.y && to[0] <= box.x + box.w && to[1] <= box.y + box.h
    if (this.#laid?.key === key && isIn) return this.#laid
    const around = Math.max(WIRE_REACH.image, WIRE_REACH.screen * pixel)
    const wanted = union(grown(boxAt(from), around), grown(boxAt(to), around / 4))
    const crop = yield* pixels.read(wanted, WIRE_PIXELS)
    yield
    const edges = edgesOf(crop, labOf(crop))
    yield
    const costs = costsOf(crop.width, crop.height, edges)
    const wire = new Wire(crop.width, crop.height, costs, pixelAt(crop, from))
    this.#laid = { key, crop, strength: edges.strength, wire }
    return this.#laid
  }

  *#region(job: RegionJob, pixels: Pixels): Steps<Answers["region"]> {
    const { crop, patches } = yield* this.#patchesFor(job, pixels)
    const mask = new Uint8Array(crop.width * crop.height)
    for (const { at, tolerance, isRemoving } of job.clicks) {
      const costs = floodFrom(patches, patches.patchOf[pixelAt(crop, at)] as number)
      patches.patchOf.forEach((patch, i) => {
        if ((costs[patch] as number) <= tolerance) mask[i] = isRemoving ? 0 : 1
      })
      yield
    }
    const spans = spansOfMask(mask, crop)
    if (!job.isFinal || spans.length === 0) return { spans }
    const [scale] = scaleOf(crop)
    return { spans: yield* refined(pixels, spans, Math.ceil(2 * scale)) }
  }

  *#patchesFor({ image, view }: RegionJob, pixels: Pixels): Steps<Flooded> {
    const box = wholeBox(view, pixels.size)
    const key = `${image} ${box.x} ${box.y} ${box.w} ${box.h}`
    if (this.#flooded?.key === key) return this.#flooded
    const crop = yield* pixels.read(box, REGION_PIXELS)
    const side = Math.max(PATCH_SIDE_MIN, Math.sqrt((crop.width * crop.height) / PATCHES))
    this.#flooded = { key, crop, patches: yield* patchesOf(crop, side) }
    return this.#flooded
  }
}

function boxAt([x, y]: XY): Box {
  return { x, y, w: 0, h: 0 }
}

/** The way anew at full size, no further than `reach` image pixels from where it was. */
function* refinedWay(pixels: Pixels, way: Path, reach: number): Steps<Path> {
  const crop = yield* pixels.read(grown(boundsOf([way]), 2 * reach), FINE_PIXELS)
  yield
  const costs = costsOf(crop.width, crop.height, edgesOf(crop, labOf(crop)))
  yield
  const isNear = stamped(crop, [way], reach)
  for (let i = 0; i < costs.length; i++) if (!isNear[i]) costs[i] = Infinity
  const wire = new Wire(crop.width, crop.height, costs, pixelAt(crop, way[0] as XY))
  const fine = yield* wire.to(pixelAt(crop, way[way.length - 1] as XY))
  return fine === null ? way : fine.map((pixel) => placeOf(crop, pixel))
}

/** 1 for the pixels of a crop within `reach` image pixels of a path. */
function stamped(crop: Crop, paths: readonly Path[], reach: number): Uint8Array {
  const mask = new Uint8Array(crop.width * crop.height)
  const [sx, sy] = scaleOf(crop)
  const [rx, ry] = [Math.max(0.5, reach / sx), Math.max(0.5, reach / sy)]
  const stamp = ([x, y]: XY) => {
    const [cx, cy] = [(x - crop.box.x) / sx, (y - crop.box.y) / sy]
    for (let row = Math.max(0, Math.floor(cy - ry)); row <= Math.min(crop.height - 1, cy + ry); row++) {
      for (let column = Math.max(0, Math.floor(cx - rx)); column <= Math.min(crop.width - 1, cx + rx); column++) {
        if (((column + 0.5 - cx) / rx) ** 2 + ((row + 0.5 - cy) / ry) ** 2 <= 1.2) mask[row * crop.width + column] = 1
      }
    }
  }
  for (const path of paths) {
    path.forEach((at, i) => {
      const [bx, by] = path[i + 1] ?? at
      const count = Math.max(1, Math.ceil(Math.hypot(bx - at[0], by - at[1]) / Math.min(sx, sy)))
      for (let n = 0; n < count; n++) stamp([at[0] + (n / count) * (bx - at[0]), at[1] + (n / count) * (by - at[1])])
    })
  }
  return mask
}

function boxOfSpans(spans: Int32Array): Box {
  const mask = maskOf(spans)
  return mask ? { x: mask.x, y: mask.y, w: mask.width, h: mask.height } : { x: 0, y: 0, w: 0, h: 0 }
}

/** The pixels with their border moved to the best cut within `reach` image pixels of it. */
function* refined(pixels: Pixels, spans: Int32Array, reach: number): Steps<Int32Array> {
  const box = boxOfSpans(spans)
  const crop = yield* pixels.read(grown(box, 2 * reach + 8 + 0.1 * Math.max(box.w, box.h)), FINE_PIXELS)
  yield
  const [scale] = scaleOf(crop)
  const mask = maskOfSpans(spans, crop)
  const known = bandAround(mask, crop.width, crop.height, Math.max(1, Math.round(reach / scale)))
  const { mask: found } = yield* cutOut(crop, known)
  return found.includes(1) ? spansOfMask(found, crop) : spans
}

function* cut({ box, strokes }: CutJob, pixels: Pixels): Steps<Int32Array> {
  const inner = wholeBox(box, pixels.size)
  const pad = Math.max(8, AROUND_BOX * Math.max(inner.w, inner.h))
  const crop = yield* pixels.read(grown(inner, pad), CUT_PIXELS)
  const known = knownIn(crop, inner)
  stroke(known, crop, inner, strokes)
  const { mask, colours } = yield* cutOut(crop, known)
  const tidy = tidied(mask, crop.width, SPECK)
  stroke(tidy, crop, inner, strokes)
  const coarse = spansOfMask(tidy, crop)
  if (!isCoarse(crop) || coarse.length === 0) return clippedToBox(coarse, inner)
  return clippedToBox(yield* refinedIn(pixels, coarse, { inner, strokes, scale: scaleOf(crop)[0], colours }), inner)
}

interface Refining {
  readonly inner: Box
  readonly strokes: readonly CutStroke[]
  readonly scale: number
  readonly colours: Colours | null
}

function* refinedIn(
  pixels: Pixels,
  coarse: Int32Array,
  { inner, strokes, scale, colours }: Refining,
): Steps<Int32Array> {
  const crop = yield* pixels.read(grown(inner, 2 * scale + 4), FINE_PIXELS)
  yield
  const mask = maskOfSpans(coarse, crop)
  const reach = Math.max(2, Math.ceil((1.5 * scale) / scaleOf(crop)[0]))
  const known = bandAround(mask, crop.width, crop.height, reach)
  stroke(known, crop, inner, strokes)
  const { mask: found } = yield* cutOut(crop, known, colours)
  return spansOfMask(found, crop)
}

/** Outside of the box nothing is inside; within it everything may be. */
function knownIn(crop: Crop, box: Box): Uint8Array {
  const known = new Uint8Array(crop.width * crop.height)
  for (let pixel = 0; pixel < known.length; pixel++) {
    const [x, y] = placeOf(crop, pixel)
    const isIn = x >= box.x && y >= box.y && x < box.x + box.w && y < box.y + box.h
    known[pixel] = isIn ? GUESS_INSIDE : OUTSIDE
  }
  return known
}

/** Strokes are certain: the later one where two cross. What lies outside the box stays there. */
function stroke(known: Uint8Array, crop: Crop, box: Box, strokes: readonly CutStroke[]): void {
  for (const { path, isRemoving } of strokes) {
    const isOn = stamped(crop, [path], STROKE_RADIUS * Math.max(...scaleOf(crop)))
    for (let pixel = 0; pixel < known.length; pixel++) {
      if (!isOn[pixel]) continue
      const [x, y] = placeOf(crop, pixel)
      if (x < box.x || y < box.y || x >= box.x + box.w || y >= box.y + box.h) continue
      known[pixel] = isRemoving ? OUTSIDE : INSIDE
    }
  }
}

function clippedToBox(spans: Int32Array, { x, y, w, h }: Box): Int32Array {
  const cells: number[] = []
  for (let at = 0; at < spans.length; at += 3) {
    const row = spans[at] as number
    const start = Math.max(x, spans[at + 1] as number)
    const end = Math.min(x + w, spans[at + 2] as number)
    if (row >= y && row < y + h && start < end) cells.push(row, start, end)
  }
  return Int32Array.from(cells)
}

function* snap({ outlines, reach }: SnapJob, pixels: Pixels): Steps<Answers["snap"]> {
  const found: Outline[] = []
  for (const outline of outlines) {
    if ("spans" in outline) {
      found.push(outline.spans.length === 0 ? outline : { spans: yield* refined(pixels, outline.spans, reach) })
      continue
    }
    const crop = yield* pixels.read(grown(boundsOf(outline.paths), reach + 4), FINE_PIXELS)
    yield
    const edges = edgesOf(crop, labOf(crop))
    yield
    const paths = outline.paths.map((path) =>
      snappedToEdges(path, outline.isClosed, crop, edges, reach).map((at) => within(at, pixels.size)),
    )
    found.push({ paths, isClosed: outline.isClosed })
  }
  return { outlines: found }
}

function* fit({ image, boxes }: FitJob, pixels: Pixels): Steps<Answers["fit"]> {
  const found: (Box | null)[] = []
  for (const box of boxes) {
    const spans = yield* cut({ sort: "cut", image, box, strokes: [] }, pixels)
    found.push(tightBox(spans, wholeBox(box, pixels.size)))
  }
  return { boxes: found }
}

/** The box around what is covered, without the rows and columns at its edges that hardly are; null of next to nothing. */
export function tightBox(spans: Int32Array, { x, y, w, h }: Box): Box | null {
  const rows = new Int32Array(h)
  const columns = new Int32Array(w)
  let area = 0
  for (let at = 0; at < spans.length; at += 3) {
    const [row, start, end] = [spans[at], spans[at + 1], spans[at + 2]] as [number, number, number]
    rows[row - y] = (rows[row - y] as number) + end - start
    for (let column = start; column < end; column++) columns[column - x] = (columns[column - x] as number) + 1
    area += end - start
  }
  if (area < COVERED_MIN * w * h) return null
  const [top, bottom] = fullStretch(rows)
  const [left, right] = fullStretch(columns)
  return { x: x + left, y: y + top, w: right - left, h: bottom - top }
}

function fullStretch(counts: Int32Array): [number, number] {
  const least = FRINGE * Math.max(...counts)
  return [counts.findIndex((n) => n > least), counts.findLastIndex((n) => n > least) + 1]
}
