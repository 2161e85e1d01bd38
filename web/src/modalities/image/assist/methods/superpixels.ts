/**
 * Regions by superpixels: the image in patches of even colour (SLIC, Achanta et al. 2012), and what a click means by
 * flooding from patch to patch: each costs what the highest step on the lowest way to it costs (the flooding of
 * watersheds, Meyer 1994), so that a larger tolerance never takes a patch off.
 */

import { Queue } from "./queue.ts"
import { labOf, type Raster } from "./raster.ts"
import type { Steps } from "./steps.ts"

const ROUNDS = 5
/** How much place counts against colour, in CIELAB units for one side of a patch. */
const COMPACTNESS = 8
/** Drifting colours count as well: a patch costs at least so much of how its colour differs from the first one's. */
const DRIFT = 0.8
const BREATH = 8

export interface Patches {
  readonly width: number
  readonly height: number
  /** The patch of each pixel. */
  readonly patchOf: Int32Array
  readonly count: number
  /** CIELAB of each patch. */
  readonly means: Float32Array
  /** The neighbours of each patch, and how high the step to each is. */
  readonly beside: readonly ReadonlyMap<number, number>[]
}

/** The image in patches of about `side` x `side` pixels; each hangs together. */
export function* patchesOf(raster: Raster, side: number): Steps<Patches> {
  const lab = labOf(raster)
  yield
  const nearest = yield* clustered(raster, lab, side)
  const { patchOf, count } = connected(nearest, raster.width, Math.max(1, (side * side) / 4))
  yield
  const means = meansOf(lab, patchOf, count)
  return {
    width: raster.width,
    height: raster.height,
    patchOf,
    count,
    means,
    beside: stepsOf(raster, lab, patchOf, means, count),
  }
}

function* clustered({ width, height }: Raster, lab: Float32Array, side: number): Steps<Int32Array> {
  const columns = Math.max(1, Math.round(width / side))
  const rows = Math.max(1, Math.round(height / side))
  const count = columns * rows
  // Lightness, a, b, x, y of each cluster.
  const centres = new Float64Array(5 * count)
  for (let k = 0; k < count; k++) {
    const x = Math.floor((((k % columns) + 0.5) * width) / columns)
    const y = Math.floor(((Math.floor(k / columns) + 0.5) * height) / rows)
    centres.set([...lab.subarray(3 * (y * width + x), 3 * (y * width + x) + 3), x, y], 5 * k)
  }
  const nearest = new Int32Array(width * height)
  const reach = Math.ceil(Math.max(width / columns, height / rows))
  const ratio = (COMPACTNESS / side) ** 2
  for (let round = 0; round < ROUNDS; round++) {
    const least = new Float32Array(width * height).fill(Infinity)
    for (let k = 0; k < count; k++) {
      assign(k, centres, { width, height, lab, nearest, least, reach, ratio })
      if (k % (BREATH * 16) === 0) yield
    }
    recentre(centres, lab, nearest, width)
    yield
  }
  return nearest
}

interface Assigning {
  readonly width: number
  readonly height: number
  readonly lab: Float32Array
  readonly nearest: Int32Array
  readonly least: Float32Array
  readonly reach: number
  readonly ratio: number
}

function assign(
  k: number,
  centres: Float64Array,
  { width, height, lab, nearest, least, reach, ratio }: Assigning,
): void {
  const [l, a, b, cx, cy] = centres.subarray(5 * k, 5 * k + 5) as unknown as [number, number, number, number, number]
  for (let y = Math.max(0, Math.floor(cy - reach)); y <= Math.min(height - 1, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x <= Math.min(width - 1, cx + reach); x++) {
      const i = y * width + x
      const dl = (lab[3 * i] as number) - l
      const da = (lab[3 * i + 1] as number) - a
      const db = (lab[3 * i + 2] as number) - b
      const far = dl * dl + da * da + db * db + ratio * ((x - cx) ** 2 + (y - cy) ** 2)
      if (far >= (least[i] as number)) continue
      least[i] = far
      nearest[i] = k
    }
  }
}

function recentre(centres: Float64Array, lab: Float32Array, nearest: Int32Array, width: number): void {
  const sums = new Float64Array(centres.length)
  const counts = new Int32Array(centres.length / 5)
  nearest.forEach((k, i) => {
    for (let c = 0; c < 3; c++) sums[5 * k + c] = (sums[5 * k + c] as number) + (lab[3 * i + c] as number)
    sums[5 * k + 3] = (sums[5 * k + 3] as number) + (i % width)
    sums[5 * k + 4] = (sums[5 * k + 4] as number) + Math.floor(i / width)
    counts[k] = (counts[k] as number) + 1
  })
  counts.forEach((n, k) => {
    if (n > 0) for (let c = 0; c < 5; c++) centres[5 * k + c] = (sums[5 * k + c] as number) / n
  })
}

/** Each piece that hangs together as a patch of its own; those under `least` pixels go to the one found just before. */
function connected(nearest: Int32Array, width: number, least: number): { patchOf: Int32Array; count: number } {
  const patchOf = new Int32Array(nearest.length).fill(-1)
  let count = 0
  for (let first = 0; first < nearest.length; first++) {
    if (patchOf[first] !== -1) continue
    const piece = [first]
    patchOf[first] = count
    let before = -1
    for (let i = 0; i < piece.length; i++) {
      const pixel = piece[i] as number
      const column = pixel % width
      for (const next of [pixel - 1, pixel + 1, pixel - width, pixel + width]) {
        if (next < 0 || next >= nearest.length || (next === pixel - 1 && column === 0)) continue
        if (next === pixel + 1 && column === width - 1) continue
        if (patchOf[next] === -1 && nearest[next] === nearest[first]) {
          patchOf[next] = count
          piece.push(next)
        } else if (patchOf[next] !== -1 && patchOf[next] !== count) before = patchOf[next] as number
      }
    }
    if (piece.length < least && before >= 0) for (const pixel of piece) patchOf[pixel] = before
    else count++
  }
  return { patchOf, count }
}

function meansOf(lab: Float32Array, patchOf: Int32Array, count: number): Float32Array {
  const sums = new Float64Array(3 * count)
  const counts = new Int32Array(count)
  patchOf.forEach((patch, i) => {
    for (let c = 0; c < 3; c++) sums[3 * patch + c] = (sums[3 * patch + c] as number) + (lab[3 * i + c] as number)
    counts[patch] = (counts[patch] as number) + 1
  })
  return Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)] as number))
}

function difference(means: Float32Array, one: number, other: number): number {
  let sum = 0
  for (let c = 0; c < 3; c++) sum += ((means[3 * one + c] as number) - (means[3 * other + c] as number)) ** 2
  return Math.sqrt(sum)
}

/** The step between two patches: how their colours differ, and how the pixels along their border do, in equal parts. */
function stepsOf(
  { width, height }: Raster,
  lab: Float32Array,
  patchOf: Int32Array,
  means: Float32Array,
  count: number,
): Map<number, number>[] {
  const borders = Array.from({ length: count }, () => new Map<number, { sum: number; n: number }>())
  const note = (one: number, other: number) => {
    const [a, b] = [patchOf[one] as number, patchOf[other] as number]
    if (a === b) return
    const far = difference(lab, one, other)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const border = borders[from]?.get(to) ?? { sum: 0, n: 0 }
      border.sum += far
      border.n++
      borders[from]?.set(to, border)
    }
  }
  for (let i = 0; i < patchOf.length; i++) {
    if (i % width < width - 1) note(i, i + 1)
    if (i < width * (height - 1)) note(i, i + width)
  }
  return borders.map(
    (border, from) => new Map([...border].map(([to, { sum, n }]) => [to, (difference(means, from, to) + sum / n) / 2])),
  )
}

/** What it takes to flood each patch from one: 0 for itself, `Infinity` for those that cannot be reached. */
export function floodFrom({ beside, means, count }: Patches, seed: number): Float64Array {
  const costs = new Float64Array(count).fill(Infinity)
  const queue = new Queue()
  costs[seed] = 0
  queue.push(seed, 0)
  const isDone = new Uint8Array(count)
  while (!queue.isEmpty) {
    const patch = queue.pop()
    if (isDone[patch]) continue
    isDone[patch] = 1
    for (const [next, step] of beside[patch] ?? []) {
      const cost = Math.max(costs[patch] as number, step, DRIFT * difference(means, seed, next))
      if (cost >= (costs[next] as number)) continue
      costs[next] = cost
      queue.push(next, cost)
    }
  }
  return costs
}
