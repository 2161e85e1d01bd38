import { describe, expect, it } from "vitest"
import { EMPTY_ANNOTATION, fullMark } from "#editor/annotation.ts"
import { type MarkLimits, Vocabulary } from "#editor/ontology.ts"
import { Validator } from "#editor/validation.ts"
import { limitProblems } from "./limits.ts"
import { imageKinds } from "./table.ts"

const least: MarkLimits = { min_width: 20, min_height: 10 }
const corners = [
  [0, 0],
  [50, 0],
  [50, 50],
  [0, 50],
]

function codes(kind: string, geometry: Record<string, unknown>, limits = least): string[] {
  return limitProblems(kind, geometry, limits).map(({ code }) => code)
}

describe("limitProblems", () => {
  it("measures the sides that a mark is drawn with", () => {
    expect(codes("box", { x: 0, y: 0, w: 20, h: 10 })).toEqual([])
    expect(codes("box", { x: 0, y: 0, w: 19.5, h: 10 })).toEqual(["below_limit"])
    expect(codes("rotated_box", { cx: 9, cy: 9, w: 20, h: 10, angle: 90 })).toEqual([])
    expect(codes("ellipse", { cx: 9, cy: 9, rx: 10, ry: 4.5, angle: 0 })).toEqual(["below_limit"])
    expect(codes("cuboid", { front: corners, back: corners })).toEqual([])
  })
  it("counts the points of each outline, holes left out", () => {
    const parts = [[corners, corners.slice(1)], [corners.slice(1)]]
    expect(codes("polygon", { parts }, { min_points: 3, max_points: 4 })).toEqual([])
    expect(codes("polygon", { parts }, { min_points: 4 })).toEqual(["too_few_points"])
    expect(codes("polygon", { parts }, { max_points: 3 })).toEqual(["too_many_points"])
    expect(codes("polyline", { points: corners }, { min_points: 5 })).toEqual(["too_few_points"])
  })
  it("is asked for what a class wants, by the kind", () => {
    const classes = [{ id: "car", name: "Car", color: "#000000", marks: ["box"], limits: { box: least } }]
    const validator = new Validator(new Vocabulary({ classes }), imageKinds, [{ width: 99, height: 99 }])
    const small = fullMark({ id: "m1", kind: "box", class: "car", geometry: { x: 0, y: 0, w: 5, h: 5 } })
    expect(validator.faults({ ...EMPTY_ANNOTATION, marks: [small] }).map(({ code, path }) => [code, path])).toEqual([
      ["below_limit", "/marks/0/geometry"],
    ])
  })
})
