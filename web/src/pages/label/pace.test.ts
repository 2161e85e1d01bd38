import { describe, expect, it } from "vitest"
import { PACE_OF, Pace } from "./pace.svelte.ts"

function decide(pace: Pace, ...times_ms: number[]) {
  let now = 0
  for (const time of times_ms) {
    pace.begin(now)
    now += time
    pace.decided(now)
  }
}

describe("Pace", () => {
  it("says nothing before the first decision, nor of what was never on screen", () => {
    const pace = new Pace()
    pace.decided(100)
    expect(pace.shown).toBeNull()
  })
  it("counts all and takes the middle time, so that a break is none", () => {
    const pace = new Pace()
    decide(pace, 3000, 2000, 600_000)
    // The middle one of 2, 3 and 600 seconds.
    expect(pace.shown).toEqual({ count: 3, each_s: 3 })
  })
  it("forgets old times, not their number", () => {
    const pace = new Pace()
    decide(pace, ...Array(PACE_OF).fill(9000), ...Array(PACE_OF).fill(1000))
    expect(pace.shown).toEqual({ count: 2 * PACE_OF, each_s: 1 })
  })
  it("does not count what is taken back", () => {
    const pace = new Pace()
    pace.takenBack()
    expect(pace.shown).toBeNull()
    decide(pace, 2000, 2000)
    pace.takenBack()
    expect(pace.shown?.count).toBe(1)
  })
})
