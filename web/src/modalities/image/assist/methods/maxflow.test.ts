import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AROUND, Grid } from "./maxflow.ts"
import { finished } from "./steps.ts"

interface Problem {
  readonly width: number
  readonly height: number
  readonly ties: readonly (readonly [number, number])[]
  readonly joins: readonly number[]
}

function costOf({ width, height, ties, joins }: Problem, mask: ArrayLike<number>): number {
  let cost = 0
  ties.forEach(([source, sink], pixel) => {
    cost += mask[pixel] ? sink : source
  })
  eachJoin(width, height, (pixel, neighbour, _d, n) => {
    if (mask[pixel] !== mask[neighbour]) cost += joins[n] as number
  })
  return cost
}

function eachJoin(
  width: number,
  height: number,
  each: (pixel: number, neighbour: number, d: number, n: number) => void,
) {
  let n = 0
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let d = 4; d < 8; d++) {
      const [dx, dy] = AROUND[d] as readonly [number, number]
      const [x, y] = [(pixel % width) + dx, Math.floor(pixel / width) + dy]
      if (x >= 0 && x < width && y < height) each(pixel, y * width + x, d, n++)
    }
  }
}

function gridOf({ width, height, ties, joins }: Problem): Grid {
  const grid = new Grid(width, height)
  for (const [pixel, [source, sink]] of ties.entries()) grid.tie(pixel, source, sink)
  eachJoin(width, height, (pixel, _neighbour, d, n) => grid.join(pixel, d, joins[n] as number))
  return grid
}

const problems = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).chain(([width, height]) =>
  fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    ties: fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      minLength: width * height,
      maxLength: width * height,
    }),
    joins: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 48, maxLength: 48 }),
  }),
)

describe("Grid", () => {
  it("cuts where it is cheapest", () => {
    // Three pixels in a row: the first is held by the source, the last by the sink; the joins cost 5 and 2.
    const problem = {
      width: 3,
      height: 1,
      ties: [
        [9, 0],
        [0, 0],
        [0, 9],
      ] as const,
      joins: [5, 2],
    }
    const grid = gridOf(problem)
    expect([...finished(grid.cut())]).toEqual([1, 1, 0])
    expect(grid.flow).toBe(2)
  })

  it("finds the cheapest of all cuts, which costs what flows", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const grid = gridOf(problem)
        const mask = finished(grid.cut())
        const count = problem.width * problem.height
        let least = Infinity
        for (let each = 0; each < 2 ** count; each++) {
          least = Math.min(
            least,
            costOf(
              problem,
              Array.from({ length: count }, (_, i) => (each >> i) & 1),
            ),
          )
        }
        expect(costOf(problem, mask)).toBe(least)
        expect(grid.flow).toBe(least)
      }),
      { numRuns: 60 },
    )
  })

  it("is as cheap as its flow on a grid of many pixels", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 900, maxLength: 900 }), (numbers) => {
        const ties = numbers.slice(0, 144).map((n, i): [number, number] => [n, numbers[i + 144] as number])
        const problem = { width: 12, height: 12, ties, joins: numbers.slice(288) }
        const grid = gridOf(problem)
        // No cut is cheaper than any flow: where both are equal, the cut is the cheapest there is.
        expect(costOf(problem, finished(grid.cut()))).toBe(grid.flow)
      }),
      { numRuns: 40 },
    )
  })
})
