import { describe, expect, it } from "vitest"
import { newId } from "./ids.ts"

describe("newId", () => {
  it("has 16 characters and sorts by time", () => {
    const ids = [1, 2, 1000, 1_700_000_000_000, 1_700_000_000_001].map((now) => newId(now))
    expect(ids.every((id) => id.length === 16)).toBe(true)
    expect([...ids].sort()).toEqual(ids)
  })
  it("differs at one moment", () => expect(new Set(Array.from({ length: 1000 }, () => newId(5))).size).toBe(1000))
})
