import { describe, expect, it } from "vitest"
import { agreementWords, calibrationWords, knownWords } from "./words.ts"

describe("knownWords", () => {
  it("says that a vote is a vote", () => expect(knownWords(0)).toContain("simple vote"))
  it("says when who said it counts", () => expect(knownWords(0.6)).toBe("Answers are weighed by who said them."))
})

describe("calibrationWords", () => {
  it.each([
    [0.02, "word"],
    [0.05, "about right"],
    [0.2, "care"],
  ])("takes an error of %d as: %s", (error, word) => expect(calibrationWords(error)).toContain(word))
})

describe("agreementWords", () => {
  it("says nothing of fewer than 20 units", () => {
    expect(agreementWords(0.9, 19)).toBe("too few to say")
    expect(agreementWords(0.9, 20)).toBe("can be relied on")
    expect(agreementWords(null, 400)).toBe("too few to say")
  })
  it.each([
    [0.7, "with care"],
    [0.5, "weak: mend the guideline"],
    [0.1, "hardly more than chance"],
  ])("reads %d as %s", (value, words) => expect(agreementWords(value, 100)).toBe(words))
})
