/**
 * Points of two spaces that must never be mixed: a screen point cannot be saved as an image point.
 *
 * Image space: continuous pixels of the upright full-size image, origin at the outer corner of the first pixel.
 * Screen space: CSS pixels, origin at the top-left corner of the view.
 */

export type ImagePoint = readonly [x: number, y: number] & { readonly space: "image" }
export type ScreenPoint = readonly [x: number, y: number] & { readonly space: "screen" }

export function imagePoint(x: number, y: number): ImagePoint {
  return [x, y] as unknown as ImagePoint
}

export function screenPoint(x: number, y: number): ScreenPoint {
  return [x, y] as unknown as ScreenPoint
}

/** Euclidean distance of two points of one space, in that space's pixels. */
export function distance<P extends ImagePoint | ScreenPoint>(a: P, b: P): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}

/** `value` brought into [low, high]; `low` if the range is empty. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}

/** `value` rounded to `decimals` digits, without the noise of binary fractions: 0.30000000000000004 becomes 0.3. */
export function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals
  const result = Math.round(value * factor) / factor
  return result === 0 ? 0 : result
}
