/**
 * Intelligent scissors: of all ways from pixel to pixel the one along the strongest edges. Costs after Mortensen and
 * Barrett 1995 (weak edges are dear, ridges of the edge map cheap), the way by Dijkstra 1959.
 */

import { Queue } from "./queue.ts"
import { type Edges, quantile } from "./raster.ts"
import type { Steps } from "./steps.ts"

/** A pixel costs this at least, so that of two ways along an edge the shorter one is taken. */
const LEAST = 0.02
/** Beside the ridge of an edge it costs so much more. */
const OFF_RIDGE = 0.25
const BREATH = 4096
const NOWHERE = -1

/** What each pixel costs, from `LEAST` on a strong edge to about 1 where nothing changes. */
export function costsOf(width: number, height: number, { strength, across }: Edges): Float32Array {
  // The strongest edges of a piece all count alike, and noise far below them like nothing.
  const strong = Math.max(2, quantile(strength, 0.97))
  const costs = new Float32Array(width * height)
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const here = strength[at] as number
      const dx = Math.round(across[2 * at] as number)
      const dy = Math.round(across[2 * at + 1] as number)
      const beside = (x: number, y: number) =>
        x < 0 || y < 0 || x >= width || y >= height ? 0 : (strength[y * width + x] as number)
      const isRidge = here > 0 && here >= beside(column + dx, row + dy) && here >= beside(column - dx, row - dy)
      const flat = 1 - Math.min(1, here / strong)
      costs[at] = LEAST + flat * flat + (isRidge ? 0 : OFF_RIDGE)
    }
  }
  return costs
}

/** The pixel with the strongest edge within `reach` pixels of one; itself where all are as weak. */
export function strongestNear(width: number, height: number, strength: Float32Array, pixel: number, reach: number) {
  const [column, row] = [pixel % width, Math.floor(pixel / width)]
  let best = pixel
  for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x++) {
      if (Math.hypot(x - column, y - row) > reach) continue
      if ((strength[y * width + x] as number) > (strength[best] as number)) best = y * width + x
    }
  }
  return best
}

/** All cheapest ways from one pixel, found as far as they have been asked for. */
export class Wire {
  readonly width: number
  readonly height: number
  readonly seed: number
  readonly #costs: Float32Array
  readonly #total: Float64Array
  readonly #before: Int32Array
  readonly #isSettled: Uint8Array
  readonly #queue = new Queue()

  /** Costs of `Infinity` are walls. */
  constructor(width: number, height: number, costs: Float32Array, seed: number) {
    this.width = width
    this.height = height
    this.seed = seed
    this.#costs = costs
    this.#total = new Float64Array(width * height).fill(Infinity)
    this.#before = new Int32Array(width * height).fill(NOWHERE)
    this.#isSettled = new Uint8Array(width * height)
    this.#total[seed] = 0
    this.#queue.push(seed, 0)
  }

  /** The pixels from the seed to `target`, each a neighbour of the one before; null if walls are between. */
  *to(target: number): Steps<number[] | null> {
    for (let n = 1; !this.#isSettled[target]; n++) {
      if (this.#queue.isEmpty) return null
      this.#settle()
      if (n % BREATH === 0) yield
    }
    const way: number[] = []
    for (let at = target; at !== NOWHERE; at = this.#before[at] as number) way.push(at)
    return way.reverse()
  }

  /** What the way to a pixel costs that has been asked for. */
  costTo(target: number): number {
    return this.#total[target] as number
  }

  #settle(): void {
    const at = this.#queue.pop()
    if (this.#isSettled[at]) return
    this.#isSettled[at] = 1
    const { width, height } = this
    const [column, row] = [at % width, Math.floor(at / width)]
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [x, y] = [column + dx, row + dy]
        if (x < 0 || y < 0 || x >= width || y >= height) continue
        const next = y * width + x
        if (this.#isSettled[next]) continue
        const long = dx !== 0 && dy !== 0 ? Math.SQRT2 : 1
        const total =
          (this.#total[at] as number) + (long * ((this.#costs[at] as number) + (this.#costs[next] as number))) / 2
        if (total >= (this.#total[next] as number)) continue
        this.#total[next] = total
        this.#before[next] = at
        this.#queue.push(next, total)
      }
    }
  }
}
