import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { imagePoint, screenPoint } from "./point.ts"
import { lookOf, samePlace, viewportOf } from "./relative.ts"
import { toImage } from "./viewport.ts"

const size = fc.record({ width: fc.integer({ min: 1, max: 9000 }), height: fc.integer({ min: 1, max: 9000 }) })
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const view = fc.record({ scale: number(0.01, 64), x: number(-5000, 5000), y: number(-5000, 5000) })
const fitted = number(0.01, 20)

describe("a look", () => {
  it("says what is in the middle and how large it is, whatever the image", () => {
    // The middle (200, 150) of the pane is (400, 300) of the image: half of 800 and of 600. 0.5 is twice the fitted 0.25.
    const pane = { width: 400, height: 300 }
    const look = lookOf({ scale: 0.5, x: 0, y: 0 }, pane, { width: 800, height: 600 }, 0.25)
    expect(look).toEqual({ x: 0.5, y: 0.5, zoom: 2 })
    // An image of half the size, fitted at 0.5: its middle (200, 150) in the middle, at twice that.
    expect(viewportOf(look, pane, { width: 400, height: 300 }, 0.5)).toEqual({ scale: 1, x: 0, y: 0 })
  })
  it("at the same image in the same pane is the same view", () => {
    fc.assert(
      fc.property(view, size, size, fitted, (before, pane, image, scale) => {
        const after = viewportOf(lookOf(before, pane, image, scale), pane, image, scale)
        const reach = 1e-9 * (Math.abs(before.x) + Math.abs(before.y) + pane.width + pane.height)
        expect(Math.abs(after.scale - before.scale)).toBeLessThan(1e-9 * before.scale)
        expect(Math.abs(after.x - before.x) + Math.abs(after.y - before.y)).toBeLessThan(reach)
      }),
    )
  })
  it("has the same place of both images in the middle of their panes", () => {
    fc.assert(
      fc.property(view, size, size, size, size, fitted, fitted, (one, pane, image, otherPane, other, scale, scale2) => {
        const two = viewportOf(lookOf(one, pane, image, scale), otherPane, other, scale2)
        const [x, y] = toImage(one, screenPoint(pane.width / 2, pane.height / 2))
        const [x2, y2] = toImage(two, screenPoint(otherPane.width / 2, otherPane.height / 2))
        expect(x2 / other.width).toBeCloseTo(x / image.width, 6)
        expect(y2 / other.height).toBeCloseTo(y / image.height, 6)
        expect(two.scale / scale2).toBeCloseTo(one.scale / scale, 6)
      }),
    )
  })
})

describe("the same place", () => {
  it("lies as far across and down, and back again", () => {
    expect(samePlace(imagePoint(100, 30), { width: 400, height: 300 }, { width: 800, height: 100 })).toEqual([200, 10])
    fc.assert(
      fc.property(number(0, 9000), number(0, 9000), size, size, (x, y, one, other) => {
        const [backX, backY] = samePlace(samePlace(imagePoint(x, y), one, other), other, one)
        expect(Math.abs(backX - x) + Math.abs(backY - y)).toBeLessThan(1e-6)
      }),
    )
  })
})
