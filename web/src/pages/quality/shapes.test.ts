import { describe, expect, it } from "vitest"
import type { Figure } from "./agreement.ts"
import { isLength, isShape, measureOf, written } from "./shapes.ts"

const figure = (coefficient: string, level = "shape"): Figure => ({
  subject: "shapes:mask",
  title: "Shapes: mask",
  coefficient,
  level,
  slice: "all",
  slice_key: "",
  slice_title: "",
  units: 40,
  judgements: 90,
  observed: null,
  figure: { value: 0.5, low: null, high: null },
})

describe("isShape", () => {
  it("tells these figures from those beyond chance", () =>
    expect([figure("pq"), figure("alpha", "place")].map(isShape)).toEqual([true, false]))
})

describe("measureOf", () => {
  it("has a name and an explanation for each measure that the server knows", () => {
    for (const name of ["f1", "iou", "boundary_f", "pq", "sq", "rq", "oks", "chamfer_px"]) {
      expect(measureOf(figure(name)).title).not.toBe(name)
      expect(measureOf(figure(name)).help).not.toBe("")
    }
  })
  it("names one of a newer server as it comes", () => expect(measureOf(figure("new")).title).toBe("new"))
})

describe("written", () => {
  it("gives lengths in pixels and shares with two digits", () => {
    expect([written(figure("chamfer_px"))(1.44), written(figure("iou"))(0.876)]).toEqual(["1.4 px", "0.88"])
    expect([isLength(figure("chamfer_px")), isLength(figure("oks"))]).toEqual([true, false])
  })
})
