/** Where a piece of one image lies in another: normalised cross-correlation of its colours (Lewis 1995). */

import type { Raster } from "./raster.ts"
import type { Steps } from "./steps.ts"

/** Red, green and blue of each pixel, 0 to 255. */
export interface Levels {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
}

export function levelsOf({ width, height, rgba }: Raster): Levels {
  const values = new Float32Array(3 * width * height)
  for (let from = 0, to = 0; to < values.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c++) values[to + c] = rgba[from + c] as number
  }
  return { width, height, values }
}

/**
 * How well a piece agrees with the part of `within` that begins at (x, y): -1 to 1, 0 where either is even. Each colour
 * is taken from its own mean: things that are as bright as their ground are told from it by their colour.
 */
export function correlation(piece: Levels, within: Levels, x: number, y: number): number {
  const n = piece.width * piece.height
  let [varA, varB, both] = [0, 0, 0]
  for (let c = 0; c < 3; c++) {
    let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0]
    for (let row = 0; row < piece.height; row++) {
      let from = 3 * row * piece.width + c
      let to = 3 * ((y + row) * within.width + x) + c
      for (let column = 0; column < piece.width; column++, from += 3, to += 3) {
        const a = piece.values[from] as number
        const b = within.values[to] as number
        sumA += a
        sumB += b
        sumAA += a * a
        sumBB += b * b
        sumAB += a * b
      }
    }
    varA += sumAA - (sumA * sumA) / n
    varB += sumBB - (sumB * sumB) / n
    both += sumAB - (sumA * sumB) / n
  }
  return varA <= n * EVEN || varB <= n * EVEN ? 0 : both / Math.sqrt(varA * varB)
}

/** A piece whose levels vary less than this, squared, looks like any other. */
const EVEN = 3
/** Places so near to the best one are the same place. */
const SAME = 3

export interface Match {
  /** To fractions of a pixel. */
  readonly x: number
  readonly y: number
  /** -1 to 1. */
  readonly score: number
  /** The best score of another place, or -1. */
  readonly second: number
}

/** The place of `within` where the piece fits best, and how well the next best place does. The piece must fit into it. */
export function* bestMatch(piece: Levels, within: Levels): Steps<Match> {
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
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= columns || y >= rows ? NaN : (scores[y * columns + x] as number)
  return {
    x: bestX + peakBetween(at(bestX - 1, bestY), at(bestX, bestY), at(bestX + 1, bestY)),
    y: bestY + peakBetween(at(bestX, bestY - 1), at(bestX, bestY), at(bestX, bestY + 1)),
    score: scores[best] as number,
    second,
  }
}

/** Where the parabola through three scores side by side has its peak, -0.5 to 0.5; 0 where one of them is not known. */
function peakBetween(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after
  const shift = (before - after) / (2 * bend)
  return bend < 0 && Math.abs(shift) <= 0.5 ? shift : 0
}

/** How sure a match is, 0 to 1: how well it fits, less if another place fits nearly as well. */
export function confidenceOf({ score, second }: Match): number {
  const rival = Math.max(0, second)
  const alone = score <= 0 ? 0 : Math.min(1, (score - rival) / 0.1)
  return Math.max(0, score) * (0.6 + 0.4 * Math.max(0, alone))
}
