import { describe, expect, it } from "vitest"
import { filterOf, matrixOf } from "./light.ts"

const plain = { brightness: 1, contrast: 1, gamma: 1, channel: "all" } as const

describe("filterOf", () => {
  it("is none where nothing is changed, and leaves the costly part out where it can", () => {
    expect(filterOf(plain, "f")).toBe("none")
    expect(filterOf({ ...plain, contrast: 1.5 }, "f")).toBe("brightness(1) contrast(1.5)")
    expect(filterOf({ ...plain, gamma: 2 }, "f")).toBe('url("#f")')
    expect(filterOf({ ...plain, brightness: 2, channel: "red" }, "f")).toBe('url("#f") brightness(2) contrast(1)')
  })
})

describe("matrixOf", () => {
  it("shows one channel as grey", () => {
    expect(matrixOf("all")).toBeNull()
    expect(matrixOf("green")).toBe("0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 0 0 1 0")
    expect(matrixOf("alpha")?.endsWith("0 0 0 0 1")).toBe(true)
  })
})
