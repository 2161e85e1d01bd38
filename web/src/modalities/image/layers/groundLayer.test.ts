import { describe, expect, it } from "vitest"
import { mayBeClear, placeOf } from "./groundLayer.ts"

const image = { width: 400, height: 200 }
const table = { width: 1000, height: 800 }

describe("placeOf", () => {
  it("is where the picture is", () => {
    expect(placeOf({ scale: 2, x: 100, y: 50 }, image, table)).toEqual({
      box: { x: 100, y: 50, w: 800, h: 400 },
      corner: [0, 0],
    })
  })
  it("is no larger than the table, and keeps the checks with the picture", () => {
    // 50 times as large the picture is 20,000 x 10,000 and begins 300 left of the table.
    expect(placeOf({ scale: 50, x: -300, y: 20 }, image, table)).toEqual({
      box: { x: 0, y: 20, w: 1000, h: 780 },
      corner: [-300, 0],
    })
  })
  it("is nowhere when nothing of the picture is in sight", () => {
    expect(placeOf({ scale: 1, x: 2000, y: 0 }, image, table)).toBeNull()
  })
})

describe("mayBeClear", () => {
  it("is so unless the type says otherwise", () => {
    expect(["image/png", "image/webp", undefined].map(mayBeClear)).toEqual([true, true, true])
    expect(["image/jpeg", "application/dicom"].map(mayBeClear)).toEqual([false, false])
  })
})
