import type uPlot from "uplot"
import { locale } from "./format.ts"

/** One line or row of bars. */
export interface Series {
  readonly label: string
  /** One value per x; null where there is none, drawn as a gap. */
  readonly values: readonly (number | null)[]
  /** A CSS colour; the palette gives one if left out. */
  readonly colour?: string
}

export interface ChartData {
  /** Moments in seconds since 1970, numbers, or names, in ascending order. */
  readonly x: readonly number[] | readonly string[]
  readonly xKind: "time" | "number" | "category"
  readonly series: readonly Series[]
}

/** The colours of a chart, resolved for the canvas, which knows no custom properties. */
export interface Inks {
  readonly text: string
  readonly grid: string
  readonly series: readonly string[]
}

/** The tokens that series take in turn: each readable on both grounds. */
export const seriesTokens = ["--accent-ink", "--class-2", "--class-4", "--class-3", "--class-9", "--class-12"] as const

/** Resolves tokens where `host` stands, so that a chart within a subtree of another theme gets that theme's colours. */
export function inksAt(host: HTMLElement): Inks {
  const probe = document.createElement("span")
  host.append(probe)
  const resolve = (token: string) => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  const inks = { text: resolve("--ink-3"), grid: resolve("--line"), series: seriesTokens.map(resolve) }
  probe.remove()
  return inks
}

/** The rows that uPlot wants: x first, then each series. Names become their places. */
export function rows({ x, xKind, series }: ChartData): uPlot.AlignedData {
  const places = xKind === "category" ? x.map((_, at) => at) : (x as readonly number[])
  return [places as number[], ...series.map(({ values }) => values as (number | null)[])]
}

/** Places of at most `most` names that fit along an axis, evenly apart, the first among them. */
export function namedPlaces(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(count / Math.max(1, most)))
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step)
}

const dayMonth = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" })
const monthYear = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric" })
const hourMinute = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })
const day_s = 86_400

/** How a moment is written along an axis whose marks are `step_s` seconds apart: as coarse as they are. */
export function axisMoment(at_s: number, step_s: number): string {
  const style = step_s >= 28 * day_s ? monthYear : step_s >= day_s ? dayMonth : hourMinute
  return style.format(at_s * 1_000)
}

/** The top of the y axis: 0 is always in view, and a flat line at 0 still gets room. */
export function span(low: number | null, high: number | null): [number, number] {
  const top = Math.max(0, high ?? 0)
  const bottom = Math.min(0, low ?? 0)
  if (top === bottom) return [0, 1]
  return [bottom === 0 ? 0 : bottom * 1.08, top === 0 ? 0 : top * 1.08]
}
