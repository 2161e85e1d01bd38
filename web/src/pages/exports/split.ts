/**
 * Shares from 0 to 1 that sum up to 1, from the percentages for validation and test; null where they leave nothing for
 * training or are none.
 */
export function sharesOf(val: number | null, test: number | null): { train: number; val: number; test: number } | null {
  const [forVal, forTest] = [val ?? 0, test ?? 0]
  if (forVal < 0 || forTest < 0 || forVal + forTest >= 100) return null
  // In hundredths of a percent: decimal fractions alone would not sum up to 1.
  const [a, b] = [Math.round(forVal * 100), Math.round(forTest * 100)]
  return { train: (10_000 - a - b) / 10_000, val: a / 10_000, test: b / 10_000 }
}
