/** How a label came about: turns, reviews, results and events of a task as one list, oldest first. */

import type { components } from "#api/schema.d.ts"
import { duration } from "#parts/format.ts"
import { reasonName } from "#parts/reasons.ts"
import { originNames } from "./words.ts"

type History = components["schemas"]["History"]
type Turn = components["schemas"]["TurnLine"]

export interface Step {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  /** A worker's pseudonym; null for the project's side and the machine. */
  readonly who: string | null
  readonly words: string
  /** Reasons, comments, notes. */
  readonly detail: string
  /** Milliseconds of work; null where none was done. */
  readonly activeMs: number | null
  readonly tone: "plain" | "good" | "warn" | "bad" | "accent"
}

const turnWords: Record<Turn["state"], { label: string; review: string; tone: Step["tone"] }> = {
  leased: { label: "is labeling it", review: "is reviewing it", tone: "accent" },
  submitted: { label: "labeled it", review: "reviewed it", tone: "plain" },
  skipped: { label: "skipped it", review: "skipped the review", tone: "warn" },
  returned: { label: "gave it back", review: "gave the review back", tone: "plain" },
  expired: { label: "ran out of time", review: "ran out of time for the review", tone: "warn" },
  cancelled: { label: "was called off", review: "was called off the review", tone: "plain" },
}

const decisions = {
  accept: { words: "accepted it", tone: "good" },
  fix: { words: "corrected it", tone: "accent" },
  reject: { words: "sent it back", tone: "bad" },
} as const

const changes: Readonly<Record<string, string>> = {
  cancelled: "Taken out of the work",
  reopened: "Sent round again",
  reordered: "Priority or due date changed",
  paused: "Paused",
  resumed: "Open again",
}

export function lineageOf(history: History): Step[] {
  const { task, turns, reviews, results, events } = history
  const steps: Step[] = [
    { id: "made", at: task.created_at, who: null, words: "Item added", detail: "", activeMs: null, tone: "plain" },
    ...turns.map(turnStep),
    ...reviews.map((review) => ({
      id: `review ${review.id}`,
      at: review.created_at,
      who: review.reviewer,
      words: review.reviewer
        ? decisions[review.decision].words
        : `The project's side ${decisions[review.decision].words}`,
      detail: [...review.reasons.map(reasonName), review.comment].filter(Boolean).join(" · "),
      activeMs: null,
      tone: decisions[review.decision].tone,
    })),
    ...results.map((result) => ({
      id: `result ${result.id}`,
      at: result.created_at,
      who: null,
      words: `Result, version ${result.version}, from ${originNames[result.origin]}`,
      detail: "",
      activeMs: null,
      tone: "good" as const,
    })),
    ...events.flatMap(eventStep),
  ]
  return steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

function turnStep(turn: Turn): Step {
  const { label, review, tone } = turnWords[turn.state]
  const round = turn.round > 0 ? `, round ${turn.round + 1}` : ""
  return {
    id: `turn ${turn.id}`,
    at: turn.closed_at ?? turn.leased_at,
    who: turn.worker,
    words: `${turn.kind === "review" ? review : label}${round}`,
    detail: turn.reason ?? "",
    activeMs: turn.active_ms,
    tone,
  }
}

/** What no turn, review or result tells already. */
function eventStep(event: History["events"][number], at: number): Step[] {
  const data = (event.data ?? {}) as Readonly<Record<string, unknown>>
  const text = (name: string) => (typeof data[name] === "string" ? (data[name] as string) : "")
  const step = (words: string, detail: string, tone: Step["tone"] = "plain"): Step[] => [
    { id: `event ${at}`, at: event.at, who: null, words, detail, activeMs: null, tone },
  ]
  switch (event.type) {
    case "task.moved":
      if (data.state === "paused") return step("Stands still until a lead decides", text("note"), "warn")
      return step(Number(data.stage) > 0 ? "Moved to review" : "Moved to labeling", text("note"))
    case "task.changed":
      return step(changes[text("change")] ?? "Changed", "")
    case "question.asked":
      return step("A worker asked", text("text"), "warn")
    case "question.answered":
      return step("The question was answered", "")
    case "thread.opened":
      return step(`A ${text("role")} began a thread`, "")
    case "thread.resolved":
      return step(`A ${text("role")} settled a thread`, "")
    case "thread.reopened":
      return step(`A ${text("role")} opened a thread again`, "")
    default:
      return []
  }
}

/** Work in all, over all turns: "3 min 20 s by 2 people". */
export function workOf(turns: readonly Turn[]): string {
  const people = new Set(turns.filter(({ active_ms }) => active_ms > 0).map(({ worker }) => worker)).size
  const total = turns.reduce((sum, { active_ms }) => sum + active_ms, 0)
  return people === 0 ? "none yet" : `${duration(total / 1_000)} by ${people} ${people === 1 ? "person" : "people"}`
}
