import { describe, expect, it } from "vitest"
import {
  canOpen,
  finishedPath,
  hindrance,
  idle,
  labelPath,
  pace,
  stateWords,
  turnPath,
  type WorkOffer,
  waits,
} from "./offers.ts"

const offer = (changes: Partial<WorkOffer>): WorkOffer => ({
  project_id: "p",
  name: "Streets",
  description: "",
  customer: "Acme",
  modality: "image",
  to_label: 0,
  to_review: 0,
  can_review: false,
  median_ms: null,
  done_by_me: 0,
  missing_skills: [],
  why_not: null,
  ...changes,
})

describe("waits", () => {
  it("says that the counting stopped", () => {
    expect(waits(999)).toBe("999")
    expect(waits(1000)).toBe("1,000+")
  })
})

describe("pace", () => {
  it("is the median in minutes and seconds", () =>
    // 80,000 ms are 1 min 20 s.
    expect(pace({ median_ms: 80_000 })).toBe("About 1 min 20 s a task"))
  it("says when nobody knows yet", () => expect(pace({ median_ms: null })).toBe("Nobody has finished a task yet"))
})

describe("hindrance", () => {
  it("is none where nothing bars the way", () => expect(hindrance(offer({}))).toBeNull())
  it("names what is missing", () => {
    expect(hindrance(offer({ why_not: "missing_skills", missing_skills: ["birds"] }))).toContain("the skill birds.")
    expect(hindrance(offer({ why_not: "missing_skills", missing_skills: ["a", "b"] }))).toContain("the skills a, b.")
  })
  it("tells of a pause, and of a reason that it does not know", () => {
    expect(hindrance(offer({ why_not: "paused" }))).toContain("paused")
    expect(hindrance(offer({ why_not: "exam_open" }))).toBe("exam open")
  })
})

describe("idle", () => {
  it("is none while something waits that the person may do", () => {
    expect(idle(offer({ to_label: 1 }))).toBeNull()
    expect(idle(offer({ to_review: 1, can_review: true }))).toBeNull()
  })
  it("says that reviews are for reviewers, and that an empty queue is empty", () => {
    expect(idle(offer({ to_review: 1 }))).toBe("1 task waits for review, which is for reviewers.")
    expect(idle(offer({}))).toContain("Nothing waits")
  })
})

describe("paths", () => {
  it("say what to claim", () => {
    expect(labelPath("o", "p", "review")).toBe("/label?org=o&project=p&kind=review")
    expect(labelPath("o", null, null)).toBe("/label?org=o")
    expect(turnPath({ id: "a", organisation_id: "o" })).toBe("/label/a?org=o")
    expect(finishedPath({ id: "a", organisation_id: "o" })).toBe("/work/turns/a?org=o")
  })
})

describe("stateWords", () => {
  it("tells a pause from work", () => {
    const turn = { state: "leased", kind: "label" } as const
    expect(stateWords({ ...turn, paused_at: null }).label).toBe("Open")
    expect(stateWords({ ...turn, paused_at: "2026-01-01T00:00:00Z" }).label).toBe("Paused")
  })
  it("says what was decided of what is handed in, and to a reviewer what they decided", () => {
    const turn = { state: "submitted", paused_at: null } as const
    expect(stateWords({ ...turn, kind: "label" }).label).toBe("Handed in")
    expect(stateWords({ ...turn, kind: "label", decision: "fix" }).label).toBe("Corrected")
    expect(stateWords({ ...turn, kind: "review", decision: "reject" }).label).toBe("You sent it back")
  })
})

describe("canOpen", () => {
  it("is for what may still be handed in", () => {
    expect(
      ["leased", "expired", "submitted", "skipped", "returned", "cancelled"].filter((s) => canOpen(s as never)),
    ).toEqual(["leased", "expired"])
  })
})
