import { describe, expect, it } from "vitest"
import { askedOf, countSet, filtersOf } from "./filters.ts"

const read = (text: string) => filtersOf(new URLSearchParams(text))

describe("filtersOf", () => {
  it("reads every filter of the address", () => {
    const filters = read("q=cat&class=car&state=open&state=done&review=1&batch=b1&from=20&to=75&by=Heron")
    expect(askedOf(filters, 50)).toEqual({
      limit: 50,
      words: "cat",
      class_id: "car",
      states: ["open", "done"],
      in_review: true,
      batch_id: "b1",
      agreement_min: 0.2,
      agreement_max: 0.75,
      worker: "Heron",
    })
  })

  it("leaves out what cannot be read", () => {
    expect(askedOf(read("state=nonsense&from=abc&to=250"), 50)).toEqual({ limit: 50 })
  })

  it("keeps an agreement of 0 apart from none", () => {
    expect(askedOf(read("to=0"), 50)).toEqual({ limit: 50, agreement_max: 0 })
    expect(countSet(read("to=0"))).toBe(1)
  })
})

describe("countSet", () => {
  it("counts an agreement range once", () => {
    expect(countSet(read("from=10&to=20"))).toBe(1)
  })

  it("counts nothing in an empty address", () => {
    expect(countSet(read(""))).toBe(0)
  })
})
