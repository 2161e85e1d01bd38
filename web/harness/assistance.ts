/**
 * The methods of the assistance on photographs with known shapes, used as a person would who clicks where most is wrong.
 * Run by `python -m bench.assistance` in Node: node harness/assistance.ts FOLDER. The folder holds input.json: images
 * (name, width, height, and a file of RGBA) and things (name, image, runs of the known mask); one line of JSON comes out
 * for each thing and way of working.
 */

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Box, grown, iou } from "#geometry/box.ts"
import { type RunMask, spansOf } from "#geometry/mask.ts"
import { type Path, simplified, type XY } from "#geometry/path.ts"
import { outlinesOf, piecesOf } from "#geometry/pieces.ts"
import { areaOf, common, covers, NO_SPANS, rasterised, type Spans, united, without } from "#geometry/spans.ts"
import { ArrayPixels } from "#modalities/image/assist/methods/arrayPixels.ts"
import type { AnswerTo, CutStroke, Job, RegionClick } from "#modalities/image/assist/methods/jobs.ts"
import { finished } from "#modalities/image/assist/methods/steps.ts"
import { Workshop } from "#modalities/image/assist/methods/workshop.ts"

/** Good enough to go on with the next thing. */
const GOOD = 0.9
const CLICKS_MAX = 16
const STROKES_MAX = 6
const TOLERANCE = 12
/** Annotators zoom to what they outline: so many pixels of the screen for its longer side. */
const SHOWN = 400
/** The scissors' ends go to edges so near, pixels of the screen. */
const SNAP = 5

interface Thing {
  readonly name: string
  readonly image: string
  readonly mask: RunMask
}

interface Input {
  readonly images: readonly {
    readonly name: string
    readonly width: number
    readonly height: number
    readonly file: string
  }[]
  readonly things: readonly Thing[]
}

interface Done {
  readonly clicks: number
  readonly iou: number
}

const folder = process.argv[2] as string
const input = JSON.parse(readFileSync(join(folder, "input.json"), "utf8")) as Input
const images = new Map(
  input.images.map(({ name, width, height, file }) => {
    const rgba = new Uint8ClampedArray(readFileSync(join(folder, file)))
    return [name, new ArrayPixels({ width, height, rgba })] as const
  }),
)
const workshop = new Workshop((name) => images.get(name) as ArrayPixels)
let asked_ms: number[] = []

function ask<J extends Job>(job: J): AnswerTo<J> {
  const began = performance.now()
  const answer = finished(workshop.do(job))
  asked_ms.push(performance.now() - began)
  return answer
}

function agreement(one: Spans, other: Spans): number {
  return areaOf(common(one, other)) / Math.max(1, areaOf(united(one, other)))
}

/** The longest outline of the pixels. */
function outlineOf(spans: Spans): Path {
  const rings = outlinesOf(spans).flatMap(([outer]) => (outer ? [outer] : []))
  return rings.reduce((longest, ring) => (ring.length > longest.length ? ring : longest))
}

/** Corner by corner on the true outline, as few as are good enough: the first point is clicked twice. */
function byHand(truth: Spans, size: { width: number; height: number }, goal = GOOD): Done {
  const ring = outlineOf(truth)
  const half = ring.length >> 1
  for (let tolerance = 20; ; tolerance *= 0.85) {
    const first = simplified(ring.slice(0, half + 1), tolerance)
    const second = simplified([...ring.slice(half), ring[0] as XY], tolerance)
    const corners = [...first.slice(0, -1), ...second.slice(0, -1)]
    const reached = corners.length < 3 ? 0 : agreement(rasterised([corners], size), truth)
    if (reached >= goal || tolerance < 0.2) return { clicks: corners.length + 1, iou: reached }
  }
}

/** Clicks spread evenly along the true outline: one more until it is good enough. */
function byScissors(image: string, truth: Spans, { w, h }: Box): Done {
  const ring = outlineOf(truth)
  const { size } = images.get(image) as ArrayPixels
  const pixel = Math.max(w, h) / SHOWN
  let best: Done = { clicks: 0, iou: 0 }
  for (let count = 3; count < CLICKS_MAX; count++) {
    const path: XY[] = []
    let from = ring[0] as XY
    for (let n = 1; n <= count; n++) {
      const to = n === count ? (path[0] ?? from) : (ring[Math.round((n * ring.length) / count)] as XY)
      const reach = n === count ? 0 : SNAP * pixel
      const { points } = ask({ sort: "wire", image, from, to, reach, pixel, isFinal: true })
      path.push(...points.slice(0, -1))
      from = points[points.length - 1] as XY
    }
    best = { clicks: count + 1, iou: agreement(rasterised([path], size), truth) }
    if (best.iou >= GOOD) break
  }
  return best
}

/** The place deepest inside of the largest piece that is wrong, and whether that is to be taken off. */
function worstPlace(found: Spans, truth: Spans): { at: XY; isRemoving: boolean } {
  const wrong = [
    ...piecesOf(without(truth, found)).map((piece) => ({ piece, isRemoving: false })),
    ...piecesOf(without(found, truth)).map((piece) => ({ piece, isRemoving: true })),
  ]
  const { piece, isRemoving } = wrong.reduce((worst, each) => (areaOf(each.piece) > areaOf(worst.piece) ? each : worst))
  return { at: deepest(piece), isRemoving }
}

/** The pixel of a piece around which the largest square of it fits. */
function deepest(piece: Spans): XY {
  let best: XY = [0, 0]
  let most = -1
  for (let at = 0; at < piece.length; at += 3) {
    const [row, start, end] = [piece[at], piece[at + 1], piece[at + 2]] as [number, number, number]
    for (let column = start; column < end; column++) {
      let reach = most + 1
      while (isWhole(piece, column, row, reach)) {
        most = reach++
        best = [column + 0.5, row + 0.5]
      }
    }
  }
  return best
}

function isWhole(piece: Spans, column: number, row: number, reach: number): boolean {
  for (let d = -reach; d <= reach; d++) {
    for (const [x, y] of [
      [column + d, row - reach],
      [column + d, row + reach],
      [column - reach, row + d],
      [column + reach, row + d],
    ] as const) {
      if (!covers(piece, x, y)) return false
    }
  }
  return true
}

function byRegion(image: string, truth: Spans, box: Box): Done {
  // Zoomed to the thing, as annotators do.
  const view = grown(box, Math.max(box.w, box.h) / 2)
  const clicks: RegionClick[] = []
  let found: Spans = NO_SPANS
  let best: Done = { clicks: 0, iou: 0 }
  while (clicks.length < CLICKS_MAX) {
    clicks.push({ ...worstPlace(found, truth), tolerance: TOLERANCE })
    found = ask({ sort: "region", image, view, clicks, isFinal: false }).spans
    const { spans } = ask({ sort: "region", image, view, clicks, isFinal: true })
    const reached = agreement(spans, truth)
    if (reached > best.iou) best = { clicks: clicks.length, iou: reached }
    if (reached >= GOOD) break
  }
  return best
}

function byCutout(image: string, truth: Spans, box: Box): Done {
  const around = grown(box, 0.1 * Math.max(box.w, box.h))
  const strokes: CutStroke[] = []
  let best: Done = { clicks: 0, iou: 0 }
  for (;;) {
    const { spans } = ask({ sort: "cut", image, box: around, strokes })
    const reached = agreement(spans, truth)
    // A dragged box counts as two clicks.
    if (reached > best.iou) best = { clicks: 2 + strokes.length, iou: reached }
    if (reached >= GOOD || strokes.length === STROKES_MAX) return best
    const { at, isRemoving } = worstPlace(spans, truth)
    strokes.push({ path: [at], isRemoving })
  }
}

/** A box that is too large by 15 % on each side, before and after. */
function byFit(image: string, box: Box): Done[] {
  const loose = grown(box, 0.15 * Math.max(box.w, box.h))
  const [tight] = ask({ sort: "fit", image, boxes: [loose] }).boxes
  return [loose, tight ?? loose].map((each) => ({ clicks: 2, iou: iou(each, box) }))
}

/** Twelve corners that miss the outline by turns, before and after. */
function bySnap(image: string, truth: Spans, box: Box): Done[] {
  const ring = outlineOf(truth)
  const middle: XY = [box.x + box.w / 2, box.y + box.h / 2]
  const careless = Array.from({ length: 12 }, (_, n): XY => {
    const [x, y] = ring[Math.floor((n * ring.length) / 12)] as XY
    const by = n % 2 === 0 ? 1.12 : 0.94
    return [middle[0] + by * (x - middle[0]), middle[1] + by * (y - middle[1])]
  })
  const reach = 0.12 * Math.max(box.w, box.h)
  const [outline] = ask({ sort: "snap", image, outlines: [{ paths: [careless], isClosed: true }], reach }).outlines
  const snapped = outline && "paths" in outline ? (outline.paths[0] as Path) : careless
  const { size } = images.get(image) as ArrayPixels
  return [careless, snapped].map((path) => ({ clicks: 13, iou: agreement(rasterised([path], size), truth) }))
}

/** `truth` is given for ways that make outlines: then it is told how many clicks the same takes by hand. */
function report(thing: Thing, way: string, truth: Spans | null, work: () => Done | Done[]): void {
  asked_ms = []
  const all = [work()].flat()
  const ms = asked_ms.reduce((sum, each) => sum + each, 0) / Math.max(1, asked_ms.length)
  const [before, after] = all.length === 2 ? all : [null, all[0]]
  const { size } = images.get(thing.image) as ArrayPixels
  const hand = truth && after ? byHand(truth, size, after.iou).clicks : undefined
  const row = { thing: thing.name, image: thing.image, way, before: before?.iou, ...after, hand, ms }
  process.stdout.write(`${JSON.stringify(row)}\n`)
}

for (const thing of input.things) {
  const truth = spansOf(thing.mask)
  const { x, y, width: w, height: h } = thing.mask
  const box = { x, y, w, h }
  const { size } = images.get(thing.image) as ArrayPixels
  report(thing, "by hand", null, () => byHand(truth, size))
  report(thing, "scissors", truth, () => byScissors(thing.image, truth, box))
  report(thing, "region", truth, () => byRegion(thing.image, truth, box))
  report(thing, "cutout", truth, () => byCutout(thing.image, truth, box))
  report(thing, "tight box", null, () => byFit(thing.image, box))
  report(thing, "to the edges", null, () => bySnap(thing.image, truth, box))
}
