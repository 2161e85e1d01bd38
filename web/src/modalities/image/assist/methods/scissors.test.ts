import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { costsOf, strongestNear, Wire } from "./scissors.ts"
import { finished } from "./steps.ts"

describe("costsOf", () => {
  it("makes a ridge cheap, its sides dearer and flat ground dear", () => {
    // One row: strengths 0 10 20 10 0, the change being across. The 97th percentile is 20, the ridge is in the middle.
    const edges = { strength: Float32Array.of(0, 10, 20, 10, 0), across: Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0) }
    const costs = costsOf(5, 1, edges)
    // 0.02 on the ridge; 0.02 + 0.5 ** 2 + 0.25 beside it; 0.02 + 1 + 0.25 on flat ground.
    const wanted = [1.27, 0.52, 0.02, 0.52, 1.27]
    for (const [i, cost] of costs.entries()) expect(cost).toBeCloseTo(wanted[i] as number, 5)
  })
})

describe("strongestNear", () => {
  it("goes to the strongest pixel within reach, and stays where all are alike", () => {
    const strength = new Float32Array(25)
    strength[24] = 9
    strength[13] = 5
    expect(strongestNear(5, 5, strength, 12, 1)).toBe(13)
    expect(strongestNear(5, 5, strength, 12, 4)).toBe(24)
    expect(strongestNear(5, 5, new Float32Array(25), 12, 3)).toBe(12)
  })
})

describe("Wire", () => {
  it("follows cheap pixels around the corner", () => {
    // A cheap L on a ground of 1: down the first column, then along the last row. 4 + 4 steps of 0.1; straight across
    // would be 4 diagonal steps of about 1.41.
    const costs = new Float32Array(25).fill(1)
    for (let i = 0; i < 5; i++) costs[5 * i] = costs[20 + i] = 0.1
    const wire = new Wire(5, 5, costs, 0)
    expect(finished(wire.to(24))).toEqual([0, 5, 10, 15, 21, 22, 23, 24])
  })

  it("knows walls", () => {
    const costs = new Float32Array(9).fill(1)
    costs[1] = costs[4] = costs[7] = Infinity
    expect(finished(new Wire(3, 3, costs, 3).to(5))).toBeNull()
  })

  it("goes from neighbour to neighbour, begins and ends where it shall, and costs no more than any other way", () => {
    const numbers = fc.array(fc.double({ min: 0.01, max: 2, noNaN: true }), { minLength: 48, maxLength: 48 })
    fc.assert(
      fc.property(numbers, fc.nat(47), fc.nat(47), (list, from, to) => {
        const costs = Float32Array.from(list)
        const wire = new Wire(8, 6, costs, from)
        const way = finished(wire.to(to)) as number[]
        expect([way[0], way[way.length - 1]]).toEqual([from, to])
        way.slice(1).forEach((pixel, i) => {
          const before = way[i] as number
          const dx = Math.abs((pixel % 8) - (before % 8))
          const dy = Math.abs(Math.floor(pixel / 8) - Math.floor(before / 8))
          expect(Math.max(dx, dy)).toBe(1)
        })
        expect(new Set(way).size).toBe(way.length)
        expect(wire.costTo(to)).toBeCloseTo(relaxed(costs, from)[to] as number, 6)
      }),
      { numRuns: 60 },
    )
  })
})

/** The cost to each pixel of an 8 x 6 grid, by relaxing every edge until nothing changes (Bellman and Ford). */
function relaxed(costs: Float32Array, from: number): number[] {
  const total = Array<number>(48).fill(Infinity)
  total[from] = 0
  for (let round = 0; round < 48; round++) {
    for (let a = 0; a < 48; a++) {
      for (let b = 0; b < 48; b++) {
        const dx = Math.abs((a % 8) - (b % 8))
        const dy = Math.abs(Math.floor(a / 8) - Math.floor(b / 8))
        if (Math.max(dx, dy) !== 1) continue
        const step = (Math.hypot(dx, dy) * ((costs[a] as number) + (costs[b] as number))) / 2
        total[b] = Math.min(total[b] as number, (total[a] as number) + step)
      }
    }
  }
  return total
}
