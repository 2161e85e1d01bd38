import { describe, expect, it } from "vitest"
import { matched } from "./match.ts"

const at = (x: number) => ({ x, y: 0, w: 10, h: 10 })

describe("matched", () => {
  it("pairs the best overlaps first, each box once", () => {
    // a0 and b1 coincide; a1 overlaps b0 by 5 of 15 (1/3) and nothing else.
    expect(matched([at(0), at(20)], [at(25), at(0)], 0.3)).toEqual([
      { a: 0, b: 1, iou: 1 },
      { a: 1, b: 0, iou: 1 / 3 },
    ])
  })
  it("leaves out what overlaps too little", () => expect(matched([at(0)], [at(5)], 0.5)).toEqual([]))
  it("gives the one box to the better of two", () => {
    expect(matched([at(2), at(1)], [at(0)], 0.1).map((pair) => pair.a)).toEqual([1])
  })
})
