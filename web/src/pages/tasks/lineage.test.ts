import { describe, expect, it } from "vitest"
import type { components } from "#api/schema.d.ts"
import { lineageOf, workOf } from "./lineage.ts"

type History = components["schemas"]["History"]
type Turn = components["schemas"]["TurnLine"]

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 8, minute)).toISOString()
const turn = (id: string, minute: number, over: Partial<Turn> = {}): Turn => ({
  id,
  kind: "label",
  stage: 0,
  round: 0,
  state: "submitted",
  worker: "heron-1",
  leased_at: at(minute - 1),
  closed_at: at(minute),
  active_ms: 60_000,
  reason: null,
  ...over,
})

function history(over: Partial<History>): History {
  const task = { created_at: at(0) } as History["task"]
  return { task, turns: [], reviews: [], results: [], events: [], ...over } as unknown as History
}

describe("lineageOf", () => {
  it("puts turns, reviews, events and results in the order of time", () => {
    const steps = lineageOf(
      history({
        turns: [turn("b", 9, { kind: "review", worker: "finch-2" }), turn("a", 3)],
        results: [{ id: "r", version: 1, origin: "review", created_at: at(11) } as History["results"][number]],
        reviews: [
          {
            id: "v",
            reviewer: "finch-2",
            round: 0,
            decision: "reject",
            reasons: ["missed"],
            comment: "The left one.",
            annotation: null,
            created_at: at(10),
          },
        ],
        events: [{ at: at(5), type: "task.moved", actor: "system", data: { stage: 1, state: "open", note: "" } }],
      }),
    )
    expect(steps.map(({ who, words }) => [who, words])).toEqual([
      [null, "Item added"],
      ["heron-1", "labeled it"],
      [null, "Moved to review"],
      ["finch-2", "reviewed it"],
      ["finch-2", "sent it back"],
      [null, "Result, version 1, from a review"],
    ])
    expect(steps[4]?.detail).toBe("Something is missing · The left one.")
  })

  it("names a member's review without a name", () => {
    const review = {
      id: "v",
      reviewer: null,
      round: 0,
      decision: "accept",
      reasons: [],
      comment: "",
      annotation: null,
      created_at: at(1),
    } as History["reviews"][number]
    expect(lineageOf(history({ reviews: [review] }))[1]?.words).toBe("The project's side accepted it")
  })

  it("leaves out events that turns and results tell", () => {
    const events = ["assignment.claimed", "assignment.submitted", "review.decided", "task.done"].map((type) => ({
      at: at(1),
      type,
      actor: "",
      data: {},
    }))
    expect(lineageOf(history({ events }))).toHaveLength(1)
  })
})

describe("workOf", () => {
  it("adds up the turns and counts each person once", () => {
    expect(workOf([turn("a", 1), turn("b", 2), turn("c", 3, { worker: "finch-2", active_ms: 30_000 })])).toBe(
      "2 min 30 s by 2 people",
    )
  })

  it("says so where nobody worked", () => {
    expect(workOf([turn("a", 1, { active_ms: 0 })])).toBe("none yet")
  })
})
