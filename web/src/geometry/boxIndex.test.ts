import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Box, touches } from "./box.ts"
import { BoxIndex } from "./boxIndex.ts"

const anyBox = fc.record({
  x: fc.double({ min: -3000, max: 9000, noNaN: true }),
  y: fc.double({ min: -3000, max: 9000, noNaN: true }),
  w: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 9000, noNaN: true })),
  h: fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.double({ min: 0, max: 9000, noNaN: true })),
})
const change = fc.oneof(
  fc.record({ id: fc.nat(30), box: anyBox }),
  fc.record({ id: fc.nat(30), box: fc.constant(null) }),
)

describe("BoxIndex", () => {
  it("finds exactly what a look at every box finds, after any changes", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), fc.array(anyBox, { maxLength: 8 }), (changes, areas) => {
        const index = new BoxIndex()
        const all = new Map<number, Box>()
        for (const { id, box } of changes) {
          if (box === null) {
            index.delete(id)
            all.delete(id)
          } else {
            index.set(id, box)
            all.set(id, box)
          }
        }
        expect(index.size).toBe(all.size)
        for (const area of areas) {
          const expected = [...all].filter(([, box]) => touches(box, area)).map(([id]) => id)
          expect(index.query(area).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b))
        }
      }),
    )
  })

  it("reports a box that spans many cells once", () => {
    const index = new BoxIndex()
    index.set(1, { x: 30, y: 30, w: 31, h: 31 })
    expect(index.query({ x: 0, y: 0, w: 1000, h: 1000 })).toEqual([1])
  })

  it("is empty after clear", () => {
    const index = new BoxIndex()
    index.set(1, { x: 0, y: 0, w: 5, h: 5 })
    index.clear()
    expect(index.query({ x: 0, y: 0, w: 10, h: 10 })).toEqual([])
  })
})
