import { describe, expect, it } from "vitest"
import { problemOf, scaleSteps } from "./fields.ts"
import type { Field, FieldValue } from "./ontology.ts"

const options = [
  { id: "a", name: "A" },
  { id: "b", name: "B" },
]
const make = (kind: Field["kind"], more: Partial<Field> = {}): Field => ({ id: "f", name: "F", kind, ...more })

describe("problemOf", () => {
  it.each<[Field, FieldValue, string | null]>([
    [make("single", { options }), "a", null],
    [make("single", { options }), "z", "unknown_option"],
    [make("single", { options }), 3, "wrong_type"],
    [make("multiple", { options }), ["b", "a"], null],
    [make("multiple", { options }), ["a", "a"], "repeated_option"],
    [make("multiple", { options, max: 1 }), ["a", "b"], "wrong_count"],
    [make("multiple", { options, min: 1 }), [], null],
    [make("boolean"), false, null],
    [make("boolean"), 0, "wrong_type"],
    [make("number", { min: 0, max: 10 }), 10, null],
    [make("number", { min: 0, max: 10 }), 11, "out_of_range"],
    [make("number", { step: 0.1 }), 0.3, null],
    [make("number", { step: 0.5, min: 0.25 }), 1.25, null],
    [make("number", { step: 0.5 }), 0.3, "off_step"],
    [make("number"), Number.NaN, "not_finite"],
    [make("scale", { min: 1, max: 5 }), 2.5, "off_step"],
    [make("text", { max: 2 }), "👍👍", null],
    [make("text", { max: 1 }), "👍👍", "too_long"],
    [make("text", { min: 3 }), "ab", "too_short"],
    [make("text", { min: 3 }), "", null],
    [make("text", { pattern: "[A-Z]+|x" }), "ABx", "no_match"],
    [make("text", { pattern: "[A-Z]+|x" }), "x", null],
    [make("text"), "\ud800", "bad_text"],
    [make("date"), "2024-02-29", null],
    [make("date"), "2023-02-29", "bad_date"],
    [make("date"), "20230201", "wrong_type"],
  ])("%j with %j: %s", (field, value, code) => expect(problemOf(field, value)?.code ?? null).toBe(code))
})

describe("scaleSteps", () => {
  it("goes from low to high without the noise of adding", () => {
    expect(scaleSteps(make("scale", { min: 0, max: 0.5, step: 0.1 }))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5])
  })
  it("is 1 to 5 where nothing is said", () => expect(scaleSteps(make("scale"))).toEqual([1, 2, 3, 4, 5]))
  it("has a limit", () => expect(scaleSteps(make("scale", { min: 0, max: 1e9 }))).toHaveLength(101))
})
