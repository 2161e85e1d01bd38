import { describe, expect, it } from "vitest"
import { found, match } from "./match.ts"

describe("match", () => {
  it.each([
    ["ped", "Pedestrian", 4],
    ["light", "Traffic light", 3],
    ["affic", "Traffic light", 2],
    ["tfl", "Traffic light", 1],
    ["xyz", "Traffic light", 0],
    ["", "Traffic light", 4],
  ])("of %j in %j is %d", (query, text, score) => expect(match(query, text)).toBe(score))

  it("ignores case and accents, in both", () => {
    expect(match("velo", "Vélo")).toBe(4)
    expect(match("VÉLO", "velo")).toBe(4)
  })
  it("wants every word and counts the weakest", () => {
    expect(match("light traffic", "Traffic light")).toBe(3)
    expect(match("traffic car", "Traffic light")).toBe(0)
  })
  it("finds a word's start behind an earlier mid-word hit", () => {
    // "car" stands inside "scar" first; the word "car" comes later.
    expect(match("car", "scar car")).toBe(3)
  })
})

describe("found", () => {
  const classes = ["Scarf", "Car", "Race car", "Bus", "Cart"]
  it("puts the best first and keeps the order of equals", () => {
    expect(found("car", classes, String)).toEqual(["Car", "Cart", "Race car", "Scarf"])
  })
  it("gives all, in order, for an empty query", () => {
    expect(found("  ", classes, String)).toEqual(classes)
  })
})
