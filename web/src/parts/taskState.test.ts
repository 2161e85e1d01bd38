import { describe, expect, it } from "vitest"
import { standingOf, taskStates } from "./taskState.ts"

describe("standingOf", () => {
  it("tells labeling from review by the stage", () => {
    expect(standingOf({ state: "open", stage: 0 }).label).toBe("To label")
    expect(standingOf({ state: "open", stage: 1 }).label).toBe("In review")
  })

  it("gives a task's own note as the tip of what keeps it", () => {
    expect(standingOf({ state: "paused", stage: 0, note: "Skipped 3 times." }).tip).toBe("Skipped 3 times.")
    expect(standingOf({ state: "cancelled", stage: 0, note: null }).tip).toBe("Taken out of the work.")
  })

  it("has a different label for each state", () => {
    const labels = taskStates.map(({ value }) => standingOf({ state: value, stage: 0 }).label)
    expect(new Set(labels).size).toBe(taskStates.length)
  })
})
