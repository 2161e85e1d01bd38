/** Where marks of one image lie in the next: how the whole picture has moved, then each mark's own piece of it. */

import { type Box, boxOf, grown } from "#geometry/box.ts"
import type { Move } from "./jobs.ts"
import { bestMatch, confidenceOf, type Levels, levelsOf } from "./matching.ts"
import { fineSize, type Pixels, wholeBox } from "./raster.ts"
import type { Steps } from "./steps.ts"

/** The whole picture is matched at so many pixels, its middle against all of it. */
const WHOLE_PIXELS = 2000
const MIDDLE = 0.6
/** The picture counts as moved if its middle fits at least so well elsewhere. */
const WHOLE_SCORE_MIN = 0.7
/** A mark is looked for with so much around it: its surroundings tell it from others. */
const AROUND = 0.15
const AROUND_MIN = 3
/** It may have moved by so much of its own size, and of the image's. */
const SEARCH_OWN = 0.75
const SEARCH_IMAGE = 0.04
const COARSE_PIXELS = 300
const FINE_PIXELS = 2000

export function* followed(before: Pixels, after: Pixels, boxes: readonly Box[]): Steps<Move[]> {
  const whole = yield* movedAsWhole(before, after)
  const moves: Move[] = []
  for (const box of boxes) {
    moves.push(yield* movedPiece(before, after, box, whole))
    yield
  }
  return moves
}

/** How far what the picture shows has moved; nothing where that cannot be told. */
function* movedAsWhole(before: Pixels, after: Pixels): Steps<readonly [number, number]> {
  const { width, height } = before.size
  if (after.size.width !== width || after.size.height !== height) return [0, 0]
  const margin = (1 - MIDDLE) / 2
  const middle = wholeBox({ x: margin * width, y: margin * height, w: MIDDLE * width, h: MIDDLE * height }, before.size)
  const all = boxOf(before.size)
  const match = yield* matched({ before, after, piece: middle, within: all, pixels: WHOLE_PIXELS })
  return match.score >= WHOLE_SCORE_MIN ? [match.x - middle.x, match.y - middle.y] : [0, 0]
}

function* movedPiece(before: Pixels, after: Pixels, box: Box, whole: readonly [number, number]): Steps<Move> {
  const pad = Math.max(AROUND_MIN, AROUND * Math.max(box.w, box.h))
  const piece = wholeBox(grown(box, pad), before.size)
  const { width, height } = after.size
  const reachX = Math.max(SEARCH_OWN * piece.w, SEARCH_IMAGE * width)
  const reachY = Math.max(SEARCH_OWN * piece.h, SEARCH_IMAGE * height)
  const search = around(piece, whole[0], whole[1], reachX, reachY)
  const coarse = yield* matched({ before, after, piece, within: search, pixels: COARSE_PIXELS })
  if (coarse.pixel <= 1) return { dx: coarse.x - piece.x, dy: coarse.y - piece.y, confidence: confidenceOf(coarse) }
  const near = 2 * coarse.pixel
  const closer = around(piece, coarse.x - piece.x, coarse.y - piece.y, near, near)
  const fine = yield* matched({ before, after, piece, within: closer, pixels: FINE_PIXELS })
  const best = fine.score > 0 ? fine : coarse
  // Whether another place fits as well is asked of the wide search; how well this one does, of the close one.
  const confidence = confidenceOf({ ...coarse, score: Math.min(1, Math.max(fine.score, coarse.score)) })
  return { dx: best.x - piece.x, dy: best.y - piece.y, confidence }
}

function around(piece: Box, dx: number, dy: number, reachX: number, reachY: number): Box {
  return { x: piece.x + dx - reachX, y: piece.y + dy - reachY, w: piece.w + 2 * reachX, h: piece.h + 2 * reachY }
}

interface Matching {
  readonly before: Pixels
  readonly after: Pixels
  readonly piece: Box
  readonly within: Box
  readonly pixels: number
}

interface Found {
  /** Where the piece begins now, image pixels. */
  readonly x: number
  readonly y: number
  readonly score: number
  readonly second: number
  /** Image pixels for one pixel that was matched. */
  readonly pixel: number
}

function* matched({ before, after, piece, within, pixels }: Matching): Steps<Found> {
  const search = wholeBox(within, after.size)
  const { width } = fineSize(piece, pixels)
  const share = width / piece.w
  const small = levelsOf(yield* before.read(piece, piece.w * piece.h * share * share))
  const large = levelsOf(yield* after.read(search, search.w * search.h * share * share))
  const { x, y, score, second } = fits(small, large)
    ? yield* bestMatch(small, large)
    : { x: 0, y: 0, score: 0, second: -1 }
  // What does not fit into the picture any more stays where it was.
  if (score === 0) return { x: piece.x, y: piece.y, score, second, pixel: 1 / share }
  const [sx, sy] = [search.w / large.width, search.h / large.height]
  return { x: search.x + x * sx, y: search.y + y * sy, score, second, pixel: Math.max(sx, sy) }
}

function fits(small: Levels, large: Levels): boolean {
  return small.width <= large.width && small.height <= large.height
}
