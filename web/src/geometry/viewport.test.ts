import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encloses } from "./box.ts"
import { imagePoint, screenPoint } from "./point.ts"
import { fitting, panned, SCALE_MAX, scaleMin, showing, toImage, toScreen, visibleBox, zoomedAt } from "./viewport.ts"

const image = { width: 4000, height: 3000 }
const size = { width: 1000, height: 800 }
const coordinate = fc.double({ min: -5000, max: 5000, noNaN: true })
const view = fc.record({ scale: fc.double({ min: 0.05, max: 64, noNaN: true }), x: coordinate, y: coordinate })

describe("toScreen and toImage", () => {
  it("undo one another", () => {
    fc.assert(
      fc.property(view, coordinate, coordinate, (each, x, y) => {
        const back = toImage(each, toScreen(each, imagePoint(x, y)))
        expect(back[0]).toBeCloseTo(x, 5)
        expect(back[1]).toBeCloseTo(y, 5)
      }),
    )
  })
})

describe("zoomedAt", () => {
  it("keeps the point under the pointer where it is", () => {
    const at = screenPoint(300, 200)
    const before = fitting(image, size)
    const after = zoomedAt(before, at, 3, image, size)
    expect(after.scale).toBeCloseTo(before.scale * 3, 12)
    expect(toImage(after, at)[0]).toBeCloseTo(toImage(before, at)[0], 9)
    expect(toImage(after, at)[1]).toBeCloseTo(toImage(before, at)[1], 9)
  })
  it("stays between a quarter of the fitted scale and the largest", () => {
    const fitted = fitting(image, size)
    expect(zoomedAt(fitted, screenPoint(0, 0), 1e9, image, size).scale).toBe(SCALE_MAX)
    expect(zoomedAt(fitted, screenPoint(0, 0), 1e-9, image, size).scale).toBe(scaleMin(image, size))
  })
})

describe("fitting and showing", () => {
  it("shows the whole image in the middle", () => {
    // 968 x 768 within the margin: the height decides, 768 / 3000 = 0.256; 4000 * 0.256 = 1024 would be too wide,
    // so the width does: 968 / 4000 = 0.242.
    expect(fitting(image, size)).toEqual({ scale: 0.242, x: 16, y: 37 })
  })
  it("shows any box whole", () => {
    const box = { x: 100, y: 200, w: 50, h: 400 }
    expect(encloses(visibleBox(showing(box, size, 20), size), box, 1e-9)).toBe(true)
  })
  it("does not fail on a point", () => {
    expect(showing({ x: 5, y: 5, w: 0, h: 0 }, size, 20, 12)).toEqual({ scale: 12, x: 440, y: 340 })
  })
})

describe("panned", () => {
  it("always leaves some of the image in sight", () => {
    fc.assert(
      fc.property(coordinate, coordinate, (dx, dy) => {
        const after = panned(fitting(image, size), dx * 10, dy * 10, image, size)
        const shown = visibleBox(after, size)
        expect(shown.x < image.width && shown.y < image.height && shown.x + shown.w > 0 && shown.y + shown.h > 0).toBe(
          true,
        )
      }),
    )
  })
})
