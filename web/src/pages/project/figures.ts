/** What the overview draws, from the server's progress. */

import type { components } from "#api/schema.d.ts"
import type { ChartData } from "#parts/chart.ts"
import { percent } from "#parts/format.ts"

type Progress = components["schemas"]["Progress"]

export interface Part {
  readonly label: string
  readonly value: number
  readonly tone: "accent" | "good" | "warn" | "bad" | "plain"
}

/** The tasks by where they stand, in the order of their way; in_review is a part of the open ones. */
export function partsOf({ tasks, in_review }: Pick<Progress, "tasks" | "in_review">): Part[] {
  const of = (state: string) => tasks[state] ?? 0
  const parts: Part[] = [
    { label: "Done", value: of("done"), tone: "good" },
    { label: "In review", value: in_review, tone: "accent" },
    { label: "To label", value: Math.max(0, of("open") - in_review), tone: "plain" },
    { label: "Waiting", value: of("waiting"), tone: "plain" },
    { label: "Paused", value: of("paused"), tone: "warn" },
    { label: "Failed", value: of("failed"), tone: "bad" },
  ]
  return parts.filter(({ label, value }) => value > 0 || label === "Done" || label === "To label")
}

/** Submissions, reviews and results of each hour; hours without any between the first and the last are 0. */
export function throughput(hours: Progress["hours"]): ChartData {
  const known = new Map(hours.map((hour) => [Math.floor(Date.parse(hour.at) / 3_600_000), hour]))
  const first = Math.min(...known.keys())
  const last = Math.max(...known.keys())
  const places = known.size === 0 ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at)
  const of = (what: "submissions" | "reviews" | "results") => places.map((at) => known.get(at)?.[what] ?? 0)
  return {
    x: places.map((at) => at * 3_600),
    xKind: "time",
    series: [
      { label: "Submitted", values: of("submissions") },
      { label: "Reviewed", values: of("reviews") },
      { label: "Done", values: of("results") },
    ],
  }
}

/** Tasks by agreement, in as many equal steps from 0 to 1 as the server counts. */
export function agreement(histogram: readonly number[]): ChartData {
  const steps = histogram.length
  return {
    x: histogram.map((_, at) => `${Math.round((100 * at) / steps)}–${percent((at + 1) / steps)}`),
    xKind: "category",
    series: [{ label: "Tasks", values: histogram }],
  }
}
