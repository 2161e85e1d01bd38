/** Scales and paths of what is drawn as SVG: figures in, CSS pixels out. */

export interface Scale {
  (value: number): number
  readonly low: number
  readonly high: number
}

/** Puts values from `low` to `high` onto pixels from `from` to `to`, and on beyond. Where both are one, in the middle. */
export function scale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = high - low
  const at = (value: number) => (span === 0 ? (from + to) / 2 : from + ((value - low) / span) * (to - from))
  return Object.assign(at, { low, high })
}

/** At most `most` round values (1, 2, 5 times a power of ten) within `low` to `high`; both ends alone if they are equal. */
export function ticks(low: number, high: number, most: number): number[] {
  if (!(high > low) || most < 1) return [low]
  const rough = (high - low) / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10]
    .map((factor) => factor * power)
    .find((size) => Math.floor(high / size + 1e-9) - Math.ceil(low / size - 1e-9) < most)
  if (step === undefined) return [low]
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Twelve digits are more than any axis shows and fewer than binary fractions smear.
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)))
}

type Point = readonly [x: number, y: number]

const place = ([x, y]: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`

/** A line through the points, lifted where one is null. */
export function linePath(points: readonly (Point | null)[]): string {
  let isDown = false
  return points
    .flatMap((point) => {
      const step = point ? [`${isDown ? "L" : "M"}${place(point)}`] : []
      isDown = point !== null
      return step
    })
    .join("")
}

/** The ground between an upper and a lower line, the same number of points each. */
export function bandPath(upper: readonly Point[], lower: readonly Point[]): string {
  if (upper.length === 0) return ""
  return `${linePath(upper)}${linePath(lower.toReversed()).replace("M", "L")}Z`
}

/** Values grown by a share of their span on either side, kept within `floor` and `ceiling`. */
export function roomFor(
  values: readonly number[],
  { floor = Number.NEGATIVE_INFINITY, ceiling = Number.POSITIVE_INFINITY, share = 0.08 } = {},
): [number, number] {
  if (values.length === 0) return [Math.max(floor, 0), Math.min(ceiling, 1)]
  const low = Math.min(...values)
  const high = Math.max(...values)
  const room = (high - low || Math.abs(high) || 1) * share
  return [Math.max(floor, low - room), Math.min(ceiling, high + room)]
}
