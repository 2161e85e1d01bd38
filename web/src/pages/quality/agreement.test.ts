import { describe, expect, it } from "vitest"
import { type Figure, isEnough, pairsOf, sorted, subjectsOf } from "./agreement.ts"

const figure = (value: number | null, rest: Partial<Figure> = {}): Figure => ({
  subject: "question:light",
  title: "Light",
  coefficient: "alpha",
  level: "nominal",
  slice: "all",
  slice_key: "",
  slice_title: "",
  units: 40,
  judgements: 90,
  observed: 0.9,
  figure: { value, low: null, high: null },
  ...rest,
})

describe("subjectsOf", () => {
  it("names each subject once, in order", () =>
    expect(subjectsOf([figure(0.1, { subject: "marks:box", title: "Boxes" }), figure(0.2), figure(0.3)])).toEqual([
      { value: "marks:box", label: "Boxes" },
      { value: "question:light", label: "Light" },
    ]))
})

describe("isEnough", () => {
  it("wants 20 units and a figure", () =>
    expect([figure(0.5), figure(0.5, { units: 19 }), figure(null)].map(isEnough)).toEqual([true, false, false]))
})

describe("sorted", () => {
  const rows = [figure(0.5, { units: 3 }), figure(null, { units: 9 }), figure(-0.1, { units: 5 })]
  const values = (by: string, descending: boolean) => sorted(rows, { by, descending }).map((one) => one.figure.value)
  it("sorts by figure and leaves the unknown last", () => {
    expect(values("figure", false)).toEqual([-0.1, 0.5, null])
    expect(values("figure", true)).toEqual([0.5, -0.1, null])
  })
  it("sorts by what is behind it", () => expect(values("units", true)).toEqual([null, -0.1, 0.5]))
  it("leaves the order where none is wanted", () => expect(sorted(rows, undefined)).toBe(rows))
})

describe("pairsOf", () => {
  it("finds a pair whichever comes first, and nobody with themselves", () => {
    const { people, of } = pairsOf([figure(0.7, { slice_key: "zoe|ada" }), figure(0.4, { slice_key: "ada|bo" })])
    expect(people).toEqual(["ada", "bo", "zoe"])
    expect([of(0, 2)?.figure.value, of(2, 0)?.figure.value, of(1, 2), of(0, 0)]).toEqual([
      0.7,
      0.7,
      undefined,
      undefined,
    ])
  })
})
