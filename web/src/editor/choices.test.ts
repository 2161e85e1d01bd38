import { describe, expect, it } from "vitest"
import { choicesOf, chosenWith } from "./choices.ts"
import type { Field } from "./ontology.ts"

const options = [
  { id: "car", name: "Car" },
  { id: "tree", name: "Tree", key: "t" },
  { id: "wall", name: "Wall" },
]
const field = (kind: Field["kind"], more: Partial<Field> = {}): Field => ({ id: "f", name: "F", kind, ...more })

describe("choicesOf", () => {
  it("gives digits to options without a key, and 1 and 0 to yes and no", () => {
    expect(choicesOf(field("single", { options })).map(({ value, key }) => [value, key])).toEqual([
      ["car", "1"],
      ["tree", "t"],
      ["wall", "3"],
    ])
    expect(choicesOf(field("boolean")).map(({ value, key }) => [value, key])).toEqual([
      [true, "1"],
      [false, "0"],
    ])
  })
  it("gives the steps of a scale their own digit, and texts nothing", () => {
    expect(choicesOf(field("scale", { min: 8, max: 10 })).map(({ key }) => key)).toEqual(["8", "9", undefined])
    expect(choicesOf(field("text"))).toEqual([])
  })
})

describe("chosenWith", () => {
  it("puts one of several in and out, in the ontology's order", () => {
    const many = field("multiple", { options })
    const [car, , wall] = choicesOf(many)
    if (!car || !wall) throw new Error("three options")
    expect(chosenWith(many, ["wall"], car)).toEqual(["car", "wall"])
    expect(chosenWith(many, ["car", "wall"], wall)).toEqual(["car"])
    expect(chosenWith(field("single", { options }), "car", wall)).toBe("wall")
  })
})
