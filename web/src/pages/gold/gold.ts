/** Gold in words, and in the order in which to look at it. */

import type { components } from "#api/schema.d.ts"

export type Gold = components["schemas"]["Gold"]
export type GoldAnswer = components["schemas"]["GoldAnswer"]
type State = components["schemas"]["GoldState"]
type Origin = components["schemas"]["GoldOrigin"]

export const states: Readonly<
  Record<State, { readonly status: "done" | "warn" | "off"; readonly label: string; readonly tip: string }>
> = {
  active: { status: "done", label: "In use", tip: "People meet it among other items; what they say is counted." },
  suspended: {
    status: "warn",
    label: "Suspended",
    tip: "Shown to nobody, and nobody's answers to it count, until somebody mends or frees it.",
  },
  retired: { status: "off", label: "Retired", tip: "Shown to nobody any more. What it told stays counted." },
}

export const origins: Readonly<Record<Origin, string>> = {
  hand: "answered by hand",
  import: "imported",
  review: "decided in review",
  consensus: "agreed on by many",
}

export const shows = [
  { value: "all", label: "All" },
  { value: "suspicious", label: "To look at" },
  { value: "suspended", label: "Suspended" },
  { value: "retired", label: "Retired" },
] as const

export type Show = (typeof shows)[number]["value"]

/** From this on the doubt about a known answer is worth a look. */
export const DOUBT_MIN = 0.3

type Doubtful = Pick<Gold, "state" | "ambiguity"> & { readonly suspicions: readonly unknown[] }

/** Whether somebody should look at it: the known answer itself may be wrong. Retired gold asks nobody any more. */
export const isSuspicious = ({ state, ambiguity, suspicions }: Doubtful) =>
  state !== "retired" && (state === "suspended" || ambiguity >= DOUBT_MIN || suspicions.length > 0)

/** What people said, in the order in which it tells something about the gold: good people who see it otherwise first. */
export function byTelling(answers: readonly GoldAnswer[]): readonly GoldAnswer[] {
  const rank = ({ score, quality }: GoldAnswer) => (score < 1 ? 2 : 0) + (quality ?? 0)
  return answers.toSorted((one, other) => rank(other) - rank(one))
}
