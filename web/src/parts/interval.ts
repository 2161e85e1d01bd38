/** A figure with where the truth may lie, in words. */

import { locale, percent } from "./format.ts"

interface Interval {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

const none = "–"

/** "88% to 97%", in the words of `format`; empty where it is not known. */
export function between(low: number | null, high: number | null, format: (value: number) => string = percent): string {
  return low === null || high === null ? "" : `${format(low)} to ${format(high)}`
}

/** "93%, between 88% and 97%": for readers and tips. */
export function spoken({ value, low, high }: Interval, format: (value: number) => string = percent): string {
  if (value === null) return "not known yet"
  return low === null || high === null
    ? format(value)
    : `${format(value)}, most likely between ${format(low)} and ${format(high)}`
}

/** A share that may not be known. */
export const share = (value: number | null, digits = 0): string => (value === null ? none : percent(value, digits))

/** A coefficient such as alpha: two digits, with its sign. */
export const coefficient = (value: number): string =>
  value.toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace("-", "−")
