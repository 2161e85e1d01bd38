/** Numbers, shares, times and sizes as people read them. */

// The words on screen are English, so numbers and dates follow the reader's kind of English; 3/4 is a day in April for some.
const wanted = typeof navigator === "undefined" ? [] : (navigator.languages ?? [])
export const locale = wanted.find((language) => /^en\b/i.test(language)) ?? "en"
const none = "–"

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 })
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" })
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" })
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" })

/** 1234567 as 1,234,567. */
export const count = (value: number): string => whole.format(value)

/** 1234567 as 1.2M, for places without room. */
export const short = (value: number): string => compact.format(value)

/** A share from 0 to 1 as a percentage. NaN, the share of nothing, is a dash. */
export function percent(share: number, digits = 0): string {
  if (Number.isNaN(share)) return none
  return new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share)
}

/** Seconds as 8 s, 1 min 20 s, 3 h 05 min, 2 d 4 h: two units at most. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return none
  if (seconds < 9.95) return `${Math.round(seconds * 10) / 10} s`
  const total = Math.round(seconds)
  if (total < 60) return `${total} s`
  if (total < 3_600) return pair(Math.floor(total / 60), "min", total % 60, "s")
  if (total < 86_400) return pair(Math.floor(total / 3_600), "h", Math.floor((total % 3_600) / 60), "min")
  return pair(Math.floor(total / 86_400), "d", Math.floor((total % 86_400) / 3_600), "h")
}

const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`

/** Bytes as 900 B, 1.5 KiB, 12 MiB. */
export function bytes(size: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"]
  let value = size
  let at = 0
  while (value >= 1_023.95 && at < units.length - 1) {
    value /= 1_024
    at += 1
  }
  return `${value >= 10 || at === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[at]}`
}

/** An ISO 8601 moment as a date, in the person's own time zone. */
export const date = (iso: string): string => dates.format(new Date(iso))

/** An ISO 8601 moment as date and time. */
export const moment = (iso: string): string => moments.format(new Date(iso))

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 4.348],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
]

/** How long ago, or how long until, an ISO 8601 moment is: "3 min. ago", "tomorrow". */
export function ago(iso: string, now: Date = new Date()): string {
  let value = (new Date(iso).getTime() - now.getTime()) / 1_000
  for (const [unit, size] of steps) {
    if (Math.abs(Math.round(value)) < size) return relative.format(Math.round(value), unit)
    value /= size
  }
  return none
}

/** "1 task", "3 tasks". `many` where an s is not enough. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
