/** Where a piece of one image lies in another: normalised cross-correlation of brightness (Lewis 1995), coarse then fine. */

import type { Raster } from "./raster.ts"
import type { Steps } from "./steps.ts"

export interface Grey {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

/** Brightness of each pixel, 0 to 255. */
export function greyOf({ width, height, rgba }: Raster): Grey {
  const values = new Float32Array(width * height)
  for (let i = 0; i < values.length; i++) {
    values[i] =
      0.299 * (rgba[4 * i] as number) + 0.587 * (rgba[4 * i + 1] as number) + 0.114 * (rgba[4 * i + 2] as number)
  }
  return { width, height, values }
}

/** How well a piece agrees with the part of `within` that begins at (x, y): -1 to 1, 0 where either is even. */
export function correlation(piece: Grey, within: Grey, x: number, y: number): number {
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0]
  for (let row = 0; row < piece.height; row++) {
    const from = row * piece.width
    const to = (y + row) * within.width + x
    for (let column = 0; column < piece.width; column++) {
      const a = piece.values[from + column] as number
      const b = within.values[to + column] as number
      sumA += a
      sumB += b
      sumAA += a * a
      sumBB += b * b
      sumAB += a * b
    }
  }
  const n = piece.width * piece.height
  const varA = sumAA - (sumA * sumA) / n
  const varB = sumBB - (sumB * sumB) / n
  if (varA <= n * EVEN || varB <= n * EVEN) return 0
  return (sumAB - (sumA * sumB) / n) / Math.sqrt(varA * varB)
}

/** A piece whose brightness varies less than this, squared levels, looks like any other. */
const EVEN = 1
/** Places so near to the best one are the same place. */
const SAME = 3

export interface Match {
  readonly x: number
  readonly y: number
  /** -1 to 1. */
  readonly score: number
  /** The best score of another place, or -1. */
  readonly second: number
}

/** The place of `within` where the piece fits best, and how well the next best place does. The piece must fit into it. */
export function* bestMatch(piece: Grey, within: Grey): Steps<Match> {
  const columns = within.width - piece.width + 1
  const rows = within.height - piece.height + 1
  const scores = new Float32Array(columns * rows)
  let best = 0
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const score = correlation(piece, within, x, y)
      scores[y * columns + x] = score
      if (score > (scores[best] as number)) best = y * columns + x
    }
    yield
  }
  const [bestX, bestY] = [best % columns, Math.floor(best / columns)]
  let second = -1
  for (let i = 0; i < scores.length; i++) {
    const isSame = Math.abs((i % columns) - bestX) <= SAME && Math.abs(Math.floor(i / columns) - bestY) <= SAME
    if (!isSame) second = Math.max(second, scores[i] as number)
  }
  return { x: bestX, y: bestY, score: scores[best] as number, second }
}

/** How sure a match is, 0 to 1: how well it fits, less if another place fits nearly as well. */
export function confidenceOf({ score, second }: Match): number {
  const rival = Math.max(0, second)
  const alone = score <= 0 ? 0 : Math.min(1, (score - rival) / 0.1)
  return Math.max(0, score) * (0.6 + 0.4 * Math.max(0, alone))
}
