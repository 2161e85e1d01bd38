import { describe, expect, it } from "vitest"
import { holds, isAnswered, sameValue, visibleFields, visibleValues, withDefaults } from "./conditions.ts"
import type { Field } from "./ontology.ts"

const field = (id: string, more: Partial<Field> = {}): Field => ({ id, name: id, kind: "text", ...more })

describe("holds", () => {
  it.each([
    [{ field: "a", is: "x" }, { a: "x" }, true],
    [{ field: "a", is: "x" }, {}, false],
    [{ field: "a", is: true }, { a: 1 }, false],
    [{ field: "a", is: "x" }, { a: ["y", "x"] }, true],
    [{ field: "a", is: ["x", "y"] }, { a: ["y", "x"] }, true],
    [{ field: "a", in: ["x", "z"] }, { a: ["y", "x"] }, true],
    [{ field: "a", in: ["x"] }, { a: "y" }, false],
    [{ not: { field: "a", is: "x" } }, {}, true],
    [{ all: [] }, {}, true],
    [{ any: [] }, {}, false],
    [
      {
        all: [
          { field: "a", is: 1 },
          {
            any: [
              { field: "b", is: 2 },
              { field: "c", is: 3 },
            ],
          },
        ],
      },
      { a: 1, c: 3 },
      true,
    ],
  ])("%j over %j is %s", (when, values, expected) => expect(holds(when, values)).toBe(expected))
})

describe("visibleFields", () => {
  const fields = [
    field("a"),
    field("b", { when: { field: "a", is: "x" } }),
    field("c", { when: { field: "b", is: "y" } }),
  ]
  const shown = (values: Record<string, string>) => visibleFields(fields, values).map((each) => each.id)

  it("follows the answers", () => {
    expect(shown({})).toEqual(["a"])
    expect(shown({ a: "x" })).toEqual(["a", "b"])
    expect(shown({ a: "x", b: "y" })).toEqual(["a", "b", "c"])
  })
  it("counts a hidden field as unanswered", () => expect(shown({ a: "z", b: "y" })).toEqual(["a"]))
  it("takes conditions on later fields", () => {
    expect(
      visibleFields([field("first", { when: { field: "later", is: "x" } }), field("later")], { later: "x" }),
    ).toHaveLength(2)
  })
  it("hides the fields of a circle instead of hanging", () => {
    const circle = [field("p", { when: { field: "q", is: "x" } }), field("q", { when: { field: "p", is: "x" } })]
    expect(visibleFields(circle, { p: "x", q: "x" })).toEqual([])
  })
})

describe("visibleValues", () => {
  it("leaves out hidden, unknown and empty values", () => {
    const fields = [field("a"), field("b", { when: { field: "a", is: "x" } }), field("c")]
    expect(visibleValues(fields, { a: "z", b: "y", c: "  ", d: "?" })).toEqual({ a: "z" })
    const all = { a: "x", b: "y" }
    expect(visibleValues(fields, all)).toBe(all)
  })
})

describe("withDefaults", () => {
  it("fills what is asked, and what that brings up", () => {
    const fields = [
      field("b", { default: "y", when: { field: "a", is: "x" } }),
      field("a", { default: "x" }),
      field("c", { default: "z", when: { field: "a", is: "other" } }),
    ]
    expect(withDefaults(fields)).toEqual({ a: "x", b: "y" })
    expect(withDefaults(fields, { a: "other" })).toEqual({ a: "other", c: "z" })
  })
})

describe("isAnswered and sameValue", () => {
  it("take blanks and empty lists for no answer, false and 0 for one", () => {
    expect([" ", [], undefined].map(isAnswered)).toEqual([false, false, false])
    expect([false, 0, "x", ["x"]].map(isAnswered)).toEqual([true, true, true, true])
  })
  it("disregard the order of a multiple choice", () => {
    expect(sameValue(["a", "b"], ["b", "a"])).toBe(true)
    expect(sameValue(["a"], ["a", "b"])).toBe(false)
  })
})
