/**
 * GrabCut: what belongs to a thing, from a box around it and strokes on it and beside it. Rother, Kolmogorov and Blake
 * 2004: colours of inside and outside as two mixtures, the border by the cheapest cut, in turns.
 */

import { AROUND, Grid } from "./maxflow.ts"
import { Mixture } from "./mixture.ts"
import { labOf, type Raster } from "./raster.ts"
import type { Steps } from "./steps.ts"

/** What is known of a pixel: certainly outside, certainly inside, or to be found out, with a first guess. */
export const OUTSIDE = 0
export const INSIDE = 1
export const GUESS_OUTSIDE = 2
export const GUESS_INSIDE = 3

/** What a border between two equal pixels costs, against the cost of a colour in the wrong part. */
const SMOOTHNESS = 30
const CERTAIN = 1e6
const ROUNDS_MAX = 5
/** Fewer changed pixels than this share end the turns. */
const SETTLED = 0.002
const BREATH_ROWS = 16

export interface Colours {
  readonly inside: Mixture
  readonly outside: Mixture
}

export interface Cut {
  /** 1 for each pixel inside. */
  readonly mask: Uint8Array
  /** The colours it was found by; null where one side has no pixel at all. */
  readonly colours: Colours | null
}

/** `known` names what is known of each pixel. `colours`: those of a coarser cut, which are kept. */
export function* cutOut(raster: Raster, known: Uint8Array, colours: Colours | null = null): Steps<Cut> {
  const lab = labOf(raster)
  let mask: Uint8Array = known.map((each) => (each === INSIDE || each === GUESS_INSIDE ? 1 : 0))
  yield
  const smoothness = yield* smoothnessOf(raster, lab)
  let found = colours
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const models = colours ?? coloursOf(lab, mask)
    if (models === null) return { mask, colours: null }
    found = models
    yield
    const next = yield* borderBy(raster, lab, known, models, smoothness)
    const changed = next.reduce((sum, inside, i) => sum + (inside === mask[i] ? 0 : 1), 0)
    mask = next
    if (colours !== null || changed < SETTLED * mask.length) break
  }
  return { mask, colours: found }
}

function coloursOf(lab: Float32Array, mask: Uint8Array): Colours | null {
  const inside = Mixture.of(lab, (pixel) => mask[pixel] === 1)
  const outside = Mixture.of(lab, (pixel) => mask[pixel] === 0)
  return inside && outside ? { inside, outside } : null
}

/** What a border costs between each pixel and its neighbours to the right and below, four numbers a pixel. */
function* smoothnessOf({ width, height }: Raster, lab: Float32Array): Steps<Float32Array> {
  const differences = new Float32Array(4 * width * height)
  let total = 0
  let count = 0
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column
      for (let d = 4; d < 8; d++) {
        const neighbour = neighbourOf(width, height, column, row, d)
        if (neighbour < 0) continue
        let far = 0
        for (let c = 0; c < 3; c++) far += ((lab[3 * pixel + c] as number) - (lab[3 * neighbour + c] as number)) ** 2
        differences[4 * pixel + d - 4] = far
        total += far
        count++
      }
    }
    if (row % BREATH_ROWS === 0) yield
  }
  const beta = total > 0 ? count / (2 * total) : 0
  return differences.map((far, i) => {
    const isDiagonal = i % 4 === 1 || i % 4 === 3
    return (SMOOTHNESS * Math.exp(-beta * far)) / (isDiagonal ? Math.SQRT2 : 1)
  })
}

function neighbourOf(width: number, height: number, column: number, row: number, direction: number): number {
  const [dx, dy] = AROUND[direction] as readonly [number, number]
  const [x, y] = [column + dx, row + dy]
  return x < 0 || y < 0 || x >= width || y >= height ? -1 : y * width + x
}

function* borderBy(
  { width, height }: Raster,
  lab: Float32Array,
  known: Uint8Array,
  { inside, outside }: Colours,
  smoothness: Float32Array,
): Steps<Uint8Array> {
  const grid = new Grid(width, height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column
      const certainty = known[pixel]
      if (certainty === INSIDE) grid.tie(pixel, CERTAIN, 0)
      else if (certainty === OUTSIDE) grid.tie(pixel, 0, CERTAIN)
      else {
        // Parting it from the source puts it outside, and costs what its colour costs there.
        const [asOutside, asInside] = [outside.cost(lab, pixel), inside.cost(lab, pixel)]
        const least = Math.min(asOutside, asInside)
        grid.tie(pixel, asOutside - least, asInside - least)
      }
      for (let d = 4; d < 8; d++) {
        const neighbour = neighbourOf(width, height, column, row, d)
        if (neighbour < 0) continue
        // Between two that are both certain no border is looked for: the cut has less to do.
        if ((known[neighbour] as number) < 2 && (certainty as number) < 2) continue
        grid.join(pixel, d, smoothness[4 * pixel + d - 4] as number)
      }
    }
    if (row % BREATH_ROWS === 0) yield
  }
  return yield* grid.cut()
}

/** What of a cut at a coarser scale is known at a finer one: all but a band along its border, `reach` pixels each way. */
export function bandAround(mask: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const known = new Uint8Array(mask.length)
  const away = distancesToBorder(mask, width, height)
  for (let i = 0; i < mask.length; i++) {
    const isInside = mask[i] === 1
    known[i] = (away[i] as number) > reach ? (isInside ? INSIDE : OUTSIDE) : isInside ? GUESS_INSIDE : GUESS_OUTSIDE
  }
  return known
}

/** How many steps of 4 neighbours each pixel is from the nearest one of the other part. */
function distancesToBorder(mask: Uint8Array, width: number, height: number): Int32Array {
  const far = width + height
  const away = new Int32Array(mask.length).fill(far)
  const sweep = (from: number, to: number, by: number) => {
    for (let i = from; i !== to; i += by) {
      const column = i % width
      for (const [neighbour, isThere] of [
        [i - by, by > 0 ? column > 0 : column < width - 1],
        [i - by * width, true],
      ] as const) {
        if (!isThere || neighbour < 0 || neighbour >= mask.length) continue
        const step = mask[neighbour] === mask[i] ? (away[neighbour] as number) + 1 : 1
        if (step < (away[i] as number)) away[i] = step
      }
    }
  }
  sweep(0, mask.length, 1)
  sweep(mask.length - 1, -1, -1)
  return away
}

/** The mask without specks: pieces of less than `least` times the largest go, as do holes of that size. */
export function tidied(mask: Uint8Array, width: number, least: number): Uint8Array {
  const result = mask.slice()
  const pieces = piecesIn(result, width, 1)
  const largest = Math.max(0, ...pieces.map((piece) => piece.length))
  for (const piece of pieces) if (piece.length < least * largest) for (const pixel of piece) result[pixel] = 0
  const height = mask.length / width
  for (const hole of piecesIn(result, width, 0)) {
    const isOpen = hole.some((pixel) => {
      const [column, row] = [pixel % width, Math.floor(pixel / width)]
      return column === 0 || row === 0 || column === width - 1 || row === height - 1
    })
    if (!isOpen && hole.length < least * largest) for (const pixel of hole) result[pixel] = 1
  }
  return result
}

/** The pixels of `value`, in pieces that hang together by their sides. */
export function piecesIn(mask: Uint8Array, width: number, value: number): number[][] {
  const isSeen = new Uint8Array(mask.length)
  const pieces: number[][] = []
  for (let first = 0; first < mask.length; first++) {
    if (mask[first] !== value || isSeen[first]) continue
    const piece = [first]
    isSeen[first] = 1
    for (let i = 0; i < piece.length; i++) {
      const pixel = piece[i] as number
      const column = pixel % width
      for (const next of [
        pixel - width,
        pixel + width,
        column > 0 ? pixel - 1 : -1,
        column < width - 1 ? pixel + 1 : -1,
      ]) {
        if (next < 0 || next >= mask.length || mask[next] !== value || isSeen[next]) continue
        isSeen[next] = 1
        piece.push(next)
      }
    }
    pieces.push(piece)
  }
  return pieces
}
