/** Money as people read it: the wire has millionths of a unit, since a label may cost less than a cent. */

import { locale } from "./format.ts"

/** What people pay labels in, the most frequent first. Any ISO 4217 code may be typed elsewhere. */
export const currencies = ["USD", "EUR", "GBP", "CHF", "INR", "KES", "PHP", "JPY", "CNY", "BRL"] as const

/** 1_250_000 USD as $1.25; small sums with as many digits as they need, large ones without cents. */
export function money(micros: number, currency: string): string {
  const units = micros / 1_000_000
  const digits = units === 0 || Math.abs(units) >= 1_000 ? 0 : Math.abs(units) >= 1 ? 2 : 4
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: Math.min(2, digits),
    maximumFractionDigits: digits,
  }).format(units)
}

/** A price in units as millionths; null where there is none. */
export const microsOf = (units: number | null): number | null =>
  units === null || !Number.isFinite(units) || units < 0 ? null : Math.round(units * 1_000_000)
