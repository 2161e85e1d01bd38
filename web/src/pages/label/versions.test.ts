import { describe, expect, it } from "vitest"
import { asideVersions, contentWords, thereVersion } from "./versions.ts"

describe("versions", () => {
  it("are named after their devices, without what tells two of a kind apart", () => {
    const there = thereVersion({ seq: 3, device: "Safari on iOS #k3f", savedAt: null, annotation: {} })
    expect(there.title).toBe("On Safari on iOS")
    const copy = { device: "", saved_at: "2026-01-01T00:00:00Z", annotation: {} as never }
    expect(asideVersions([copy]).map(({ id, title }) => [id, title])).toEqual([["copy 0", "On another device"]])
  })
})

describe("contentWords", () => {
  it("counts marks, and answers where there are any", () => {
    expect(contentWords({})).toBe("0 marks")
    const mark = { id: "a", kind: "box", class: "car", geometry: {} } as never
    expect(contentWords({ marks: [mark], answers: { light: "day" } })).toBe("1 mark, 1 answer")
  })
})
