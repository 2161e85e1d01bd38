import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { imagePoint } from "#geometry/point.ts"
import { ellipseKind } from "./ellipse.ts"
import { rotatedBoxKind } from "./rotatedBox.ts"

const image = { width: 400, height: 300 }
const box = { cx: 100, cy: 100, w: 80, h: 40, angle: 0 }
const ellipse = { cx: 100, cy: 100, rx: 40, ry: 20, angle: 90 }
const number = fc.double({ min: -1000, max: 1000, noNaN: true })

describe.each([
  [rotatedBoxKind, box],
  [ellipseKind, ellipse],
] as const)("%o", (kind, geometry) => {
  it("is never made bad by a grip, a key, a move or a number", () => {
    const names = fc.constantFrom("nw", "n", "ne", "e", "se", "s", "sw", "w", "turn")
    const edge = fc.constantFrom("left" as const, "top" as const, "right" as const, "bottom" as const)
    fc.assert(
      fc.property(names, edge, number, number, fc.boolean(), (name, side, a, b, keeps) => {
        const made = [
          kind.reshaped(geometry, name, imagePoint(a, b), keeps, image),
          kind.pushed(geometry, side, a, image),
          kind.moved(geometry, a, b, image),
          ...kind.coordinates(geometry).map((each) => kind.withCoordinate(geometry, each.name, a, image)),
        ]
        for (const each of made) expect(kind.problems(each, image).filter(({ code }) => code !== "outside")).toEqual([])
      }),
    )
  })
})

describe("grips", () => {
  it("are where they are drawn, the one that turns above", () => {
    expect(rotatedBoxKind.handleUnder(box, imagePoint(142, 121), 6)?.name).toBe("se")
    expect(rotatedBoxKind.handleUnder(box, imagePoint(100, 80 - 26), 6)?.name).toBe("turn")
    expect(ellipseKind.handleUnder(ellipse, imagePoint(120 + 26, 100), 6)?.name).toBe("turn")
    expect(rotatedBoxKind.handleUnder(box, imagePoint(100, 100), 6)).toBeNull()
  })
  it("turn towards the pointer, in steps with Shift", () => {
    expect(rotatedBoxKind.reshaped(box, "turn", imagePoint(200, 100), false, image).angle).toBe(90)
    expect(rotatedBoxKind.reshaped(box, "turn", imagePoint(101, 20), true, image).angle).toBe(0)
  })
})

describe("keys", () => {
  it("push one side, as seen before the turn", () => {
    expect(rotatedBoxKind.pushed(box, "right", 10, image)).toEqual({ ...box, cx: 105, w: 90 })
    expect(ellipseKind.pushed({ ...ellipse, angle: 0 }, "top", 10, image)).toEqual({
      ...ellipse,
      angle: 0,
      cy: 95,
      ry: 25,
    })
  })
})

describe("picking", () => {
  it("means the border before the inside", () => {
    expect(ellipseKind.pickCost(ellipse, imagePoint(100, 140), 5)).toBeCloseTo(0)
    expect(ellipseKind.pickCost(ellipse, imagePoint(100, 100), 5)).toBeGreaterThan(1)
    expect(ellipseKind.pickCost(ellipse, imagePoint(130, 130), 5)).toBeNull()
    expect(rotatedBoxKind.pickCost(box, imagePoint(60, 100), 5)).toBe(0)
  })
})

describe("bounds", () => {
  it("of a turned ellipse are tight", () => expect(ellipseKind.bounds(ellipse)).toEqual({ x: 80, y: 60, w: 40, h: 80 }))
})

describe("words", () => {
  it("tell size, place and turn", () => {
    expect(rotatedBoxKind.words({ ...box, angle: 30 })).toBe("80 × 40 px around 100, 100, turned 30°")
    expect(ellipseKind.words({})).toBe("broken ellipse")
  })
})
