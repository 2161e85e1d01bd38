/** The work list: what each project offers, and what to say of it. */

import type { components } from "#api/schema.d.ts"
import { count, duration, plural } from "#parts/format.ts"
import { queryText } from "#routing/paths.ts"

export type WorkOffer = components["schemas"]["WorkOffer"]
export type Assignment = components["schemas"]["Assignment"]
export type Decision = components["schemas"]["Decision"]
export type TurnState = components["schemas"]["TurnState"]

/** Counts stop here: what is more than this is "more than". */
const COUNTED_MAX = 1000

/** "12", or "1,000+" where the server stopped counting. */
export const waits = (value: number): string => (value >= COUNTED_MAX ? `${count(COUNTED_MAX)}+` : count(value))

/** What a task takes, at the median: "About 1 min 20 s a task". */
export function pace({ median_ms }: Pick<WorkOffer, "median_ms">): string {
  return median_ms === null ? "Nobody has finished a task yet" : `About ${duration(median_ms / 1000)} a task`
}

/** What keeps the person from an offer, and what to do about it; null if nothing does. */
export function hindrance({ why_not, missing_skills }: Pick<WorkOffer, "why_not" | "missing_skills">): string | null {
  if (why_not === null) return null
  if (why_not === "paused") return "You are paused here. Ask your workforce lead why and until when."
  if (why_not === "missing_skills") {
    const needed = missing_skills.join(", ")
    return `Needs ${missing_skills.length === 1 ? "the skill" : "the skills"} ${needed}. Ask your workforce lead how to earn ${missing_skills.length === 1 ? "it" : "them"}.`
  }
  return why_not.replaceAll("_", " ")
}

/** Why there is nothing to do in an offer that nothing keeps the person from; null if there is something. */
export function idle({ to_label, to_review, can_review }: WorkOffer): string | null {
  if (to_label > 0 || (to_review > 0 && can_review)) return null
  if (to_review > 0) return `${plural(to_review, "task waits", "tasks wait")} for review, which is for reviewers.`
  return "Nothing waits: all of it is done, or others are at it."
}

export const labelPath = (org: string, project: string | null, kind: "label" | "review" | null): string =>
  `/label${queryText({ org, project, kind })}`

/** Where one's own turn is opened. */
export const turnPath = ({ id, organisation_id: org }: Pick<Assignment, "id" | "organisation_id">): string =>
  `/label/${id}${queryText({ org })}`

/** Leased turns go on; one that ran out may still be handed in as long as nobody else took it. */
export const canOpen = (state: TurnState): boolean => state === "leased" || state === "expired"

export interface StateWords {
  readonly status: "waiting" | "active" | "done" | "warn" | "bad" | "off"
  readonly label: string
  readonly tip: string
}

/** Where one's own turn is looked at once it is handed in. */
export const finishedPath = ({ id, organisation_id: org }: Pick<Assignment, "id" | "organisation_id">): string =>
  `/work/turns/${id}${queryText({ org })}`

/** A turn's state in words; of one that is handed in, what was decided. */
export function stateWords({
  state,
  paused_at,
  kind,
  decision,
}: Pick<Assignment, "state" | "paused_at" | "kind" | "decision">): StateWords {
  if (state === "leased" && paused_at) {
    return { status: "waiting", label: "Paused", tip: "The clock stands; the task is kept for you." }
  }
  if (state === "submitted" && decision) return decisionWords(decision, kind === "review")
  return states[state]
}

/** What a review came to, as it is told to whose work it was about, or to its author. */
export function decisionWords(decision: Decision, isOwn: boolean): StateWords {
  return (isOwn ? ownDecisions : decisions)[decision]
}

const decisions: Readonly<Record<Decision, StateWords>> = {
  accept: { status: "done", label: "Accepted", tip: "A reviewer accepted what was handed in." },
  fix: { status: "warn", label: "Corrected", tip: "A reviewer changed something. Open it to see what." },
  reject: { status: "bad", label: "Sent back", tip: "A reviewer sent it back. Open it to see why." },
}

const ownDecisions: Readonly<Record<Decision, StateWords>> = {
  accept: { status: "done", label: "You accepted", tip: "The answer was good as it was." },
  fix: { status: "done", label: "You corrected", tip: "Your correction is the answer." },
  reject: { status: "done", label: "You sent it back", tip: "It is done again, for the reasons that you gave." },
}

const states: Readonly<Record<TurnState, StateWords>> = {
  leased: { status: "active", label: "Open", tip: "Yours to finish." },
  submitted: { status: "done", label: "Handed in", tip: "Your answer is in." },
  skipped: { status: "off", label: "Skipped", tip: "It went to someone else. That does not count against you." },
  returned: { status: "off", label: "Given back", tip: "It went to someone else." },
  expired: {
    status: "warn",
    label: "Ran out",
    tip: "The time for it ran out. Your draft and your counted time are kept.",
  },
  cancelled: {
    status: "off",
    label: "Withdrawn",
    tip: "The customer or the lead took the task out. Your time is kept.",
  },
}
