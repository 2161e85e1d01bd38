import { describe, expect, it } from "vitest"
import { makingOf, makingsOf } from "./making.ts"

const hand = { source: "human" } as const
const scissors = { source: "human", made: { by: "scissors" } } as const
const model = { source: "prediction", made: { by: "model", model: "discs", version: "2.1" } } as const

describe("makingOf", () => {
  it("says what began it, and whether a person has corrected it", () => {
    expect(makingOf(scissors)).toBe("Made by the scissors.")
    expect(makingOf(model)).toBe("Made by the model discs (2.1).")
    expect(makingOf({ source: "human", made: { ...model.made, corrected: true } })).toBe(
      "Made by the model discs (2.1), corrected by hand.",
    )
  })
  it("says nothing of what people make, and the little it knows of others", () => {
    expect(makingOf(hand)).toBeNull()
    expect(makingOf({ source: "prediction" })).toBe("Made by a model that is not named.")
    expect(makingOf({ source: "human", made: { by: "lasso9" } })).toBe("Made by lasso9.")
  })
})

describe("makingsOf", () => {
  it("counts what is alike", () => {
    expect(makingsOf([hand, scissors, scissors, model])).toBe(
      "2: Made by the scissors. 1: Made by the model discs (2.1).",
    )
    expect([makingsOf([scissors]), makingsOf([hand, hand])]).toEqual(["Made by the scissors.", ""])
  })
})
