/** What colours a part of an image has: a mixture of normal distributions over CIELAB, as GrabCut wants it. */

const COMPONENTS = 5
const ROUNDS = 6
/** Added to each variance, CIELAB units squared: no colour is so even that one beside it cannot be of it, too. */
const LEAST_VARIANCE = 2
/** Means are found on so many pixels at most. */
const SAMPLE = 8000

interface Component {
  readonly mean: readonly [number, number, number]
  /** The inverse of the covariance: xx, xy, xz, yy, yz, zz. */
  readonly inverse: readonly [number, number, number, number, number, number]
  /** Of the share of the component over the root of its covariance's determinant: its natural logarithm. */
  readonly weight: number
}

export class Mixture {
  readonly #components: readonly Component[]

  private constructor(components: readonly Component[]) {
    this.#components = components
  }

  /** The mixture of the pixels of `lab` that `holds` names; null of none. Every run gives the same one. */
  static of(lab: Float32Array, holds: (pixel: number) => boolean): Mixture | null {
    const pixels: number[] = []
    for (let pixel = 0; pixel < lab.length / 3; pixel++) if (holds(pixel)) pixels.push(pixel)
    if (pixels.length === 0) return null
    const step = Math.max(1, Math.floor(pixels.length / SAMPLE))
    const sample = pixels.filter((_, i) => i % step === 0)
    const means = spreadMeans(lab, sample)
    let groups: number[][] = []
    for (let round = 0; round < ROUNDS; round++) {
      groups = means.map(() => [])
      for (const pixel of sample) groups[nearest(lab, pixel, means)]?.push(pixel)
      groups.forEach((group, i) => {
        if (group.length > 0) means[i] = meanOf(lab, group)
      })
    }
    return new Mixture(
      groups.flatMap((group) => (group.length === 0 ? [] : [componentOf(lab, group, group.length / sample.length)])),
    )
  }

  /** How little a colour is one of the mixture: minus the natural logarithm of its density. */
  cost(lab: Float32Array, pixel: number): number {
    let density = 0
    let best = Infinity
    for (const { mean, inverse, weight } of this.#components) {
      const x = (lab[3 * pixel] as number) - mean[0]
      const y = (lab[3 * pixel + 1] as number) - mean[1]
      const z = (lab[3 * pixel + 2] as number) - mean[2]
      const [xx, xy, xz, yy, yz, zz] = inverse
      const far = (x * x * xx + y * y * yy + z * z * zz) / 2 + x * y * xy + x * z * xz + y * z * yz - weight
      density += Math.exp(-far)
      best = Math.min(best, far)
    }
    // Far from all of them the sum is nothing, and the nearest alone counts.
    return density > 1e-300 ? -Math.log(density) : best
  }
}

type Mean = readonly [number, number, number]

function at(lab: Float32Array, pixel: number): Mean {
  return [lab[3 * pixel] as number, lab[3 * pixel + 1] as number, lab[3 * pixel + 2] as number]
}

function distance2(a: Mean, b: Mean): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2
}

/** First means as far from one another as can be (Gonzalez 1985), the first one being the mean of all. */
function spreadMeans(lab: Float32Array, sample: readonly number[]): Mean[] {
  const means: Mean[] = [meanOf(lab, sample)]
  const away = sample.map((pixel) => distance2(at(lab, pixel), means[0] as Mean))
  while (means.length < COMPONENTS) {
    let far = 0
    for (let i = 1; i < away.length; i++) if ((away[i] as number) > (away[far] as number)) far = i
    if ((away[far] as number) < 1) break
    const mean = at(lab, sample[far] as number)
    means.push(mean)
    sample.forEach((pixel, i) => {
      away[i] = Math.min(away[i] as number, distance2(at(lab, pixel), mean))
    })
  }
  return means
}

function nearest(lab: Float32Array, pixel: number, means: readonly Mean[]): number {
  let best = 0
  let least = Infinity
  means.forEach((mean, i) => {
    const far = distance2(at(lab, pixel), mean)
    if (far < least) {
      least = far
      best = i
    }
  })
  return best
}

function meanOf(lab: Float32Array, pixels: readonly number[]): Mean {
  const sum = [0, 0, 0] as [number, number, number]
  for (const pixel of pixels) for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (lab[3 * pixel + c] as number)
  return [sum[0] / pixels.length, sum[1] / pixels.length, sum[2] / pixels.length]
}

function componentOf(lab: Float32Array, pixels: readonly number[], share: number): Component {
  const mean = meanOf(lab, pixels)
  let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0]
  for (const pixel of pixels) {
    const [l, a, b] = at(lab, pixel)
    const [x, y, z] = [l - mean[0], a - mean[1], b - mean[2]]
    xx += x * x
    xy += x * y
    xz += x * z
    yy += y * y
    yz += y * z
    zz += z * z
  }
  const n = pixels.length
  const [a, b, c] = [xx / n + LEAST_VARIANCE, xy / n, xz / n]
  const [d, e, f] = [yy / n + LEAST_VARIANCE, yz / n, zz / n + LEAST_VARIANCE]
  const minors = [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b] as const
  const determinant = a * minors[0] + b * minors[1] + c * minors[2]
  const inverse = minors.map((minor) => minor / determinant) as unknown as Component["inverse"]
  return { mean, inverse, weight: Math.log(share / Math.sqrt(determinant)) }
}
