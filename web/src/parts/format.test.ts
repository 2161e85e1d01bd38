import { describe, expect, it } from "vitest"
import { ago, bytes, duration, percent, plural } from "./format.ts"

describe("duration", () => {
  it.each([
    [0, "0 s"],
    [8.24, "8.2 s"],
    [9.96, "10 s"],
    [59.6, "1 min"],
    [80, "1 min 20 s"],
    [3_600, "1 h"],
    [3 * 3_600 + 300, "3 h 5 min"],
    [2 * 86_400 + 4 * 3_600, "2 d 4 h"],
    [Number.NaN, "–"],
  ])("of %d is %s", (seconds, written) => expect(duration(seconds)).toBe(written))
})

describe("bytes", () => {
  it.each([
    [900, "900 B"],
    [1_536, "1.5 KiB"],
    [1_048_575, "1 MiB"],
    [12 * 1_048_576, "12 MiB"],
  ])("of %d is %s", (size, written) => expect(bytes(size)).toBe(written))
})

describe("percent", () => {
  it("writes shares, and a dash for the share of nothing", () => {
    expect(percent(0.256)).toMatch(/^26\s?%$/)
    expect(percent(0.256, 1)).toMatch(/^25[.,]6\s?%$/)
    expect(percent(Number.NaN)).toBe("–")
  })
})

describe("ago", () => {
  const now = new Date("2025-03-10T12:00:00Z")
  it("picks the unit that people would", () => {
    expect(ago("2025-03-10T11:57:00Z", now)).toMatch(/3 min/)
    expect(ago("2025-03-10T10:59:50Z", now)).toMatch(/1 hr?/)
    expect(ago("2025-03-01T12:00:00Z", now)).toMatch(/last wk|1 wk/)
    expect(ago("2023-03-10T12:00:00Z", now)).toMatch(/2 yr/)
  })
})

describe("plural", () => {
  it("counts one and many", () => {
    expect(plural(1, "task")).toBe("1 task")
    expect(plural(0, "task")).toBe("0 tasks")
    expect(plural(2, "class", "classes")).toBe("2 classes")
  })
})
