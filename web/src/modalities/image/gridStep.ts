/** How far the lines of the grid lie apart. */

const APART_MIN = 32

/** Image pixels: the least 1, 2 or 5 times a power of ten that is 32 CSS pixels at `scale`, and never less than 1. */
export function gridStep(scale: number): number {
  const least = Math.max(1, APART_MIN / scale)
  const power = 10 ** Math.floor(Math.log10(least) + 1e-9)
  return (([1, 2, 5].find((each) => each * power >= least - 1e-9) ?? 10) as number) * power
}
