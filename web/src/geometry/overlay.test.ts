import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Part, partsCut, partsWithout, pathCut, unitedParts } from "./overlay.ts"
import { covers, type Path, ringArea, type XY } from "./path.ts"

const box = (x: number, y: number, w: number, h: number): Path => [
  [x, y],
  [x + w, y],
  [x + w, y + h],
  [x, y + h],
]
/** Signed: holes count against their part. */
const areaOf = (parts: readonly Part[]) => parts.flat().reduce((sum, ring) => sum + ringArea(ring), 0)
const shapes = (parts: readonly Part[]) => parts.map((part) => part.map((ring) => Math.abs(ringArea(ring))))

describe("unitedParts and partsWithout", () => {
  const [one, other] = [box(0, 0, 10, 10), box(5, 5, 10, 10)]

  it("of two squares that overlap by a quarter", () => {
    // 100 + 100 - 25, and 100 - 25.
    expect(shapes(unitedParts([[one]], [[other]]))).toEqual([[175]])
    expect(shapes(partsWithout([[one]], [[other]]))).toEqual([[75]])
  })
  it("of neighbours that share a border, which vanishes", () => {
    const [joint, ...more] = unitedParts([[box(0, 0, 10, 10)]], [[box(10, 0, 10, 10)]])
    expect([shapes([joint as Part]), more]).toEqual([[[200]], []])
  })
  it("of what lies inside: nothing to add, or a hole", () => {
    expect(shapes(unitedParts([[one]], [[box(2, 2, 3, 3)]]))).toEqual([[100]])
    expect(shapes(partsWithout([[one]], [[box(2, 2, 3, 3)]]))).toEqual([[100, 9]])
  })
  it("of what lies apart, and of what is covered whole", () => {
    expect(shapes(unitedParts([[one]], [[box(50, 0, 2, 2)]]))).toEqual([[100], [4]])
    expect(partsWithout([[box(2, 2, 3, 3)]], [[one]])).toEqual([])
  })
  it("cover what their rules say, whatever the rings", () => {
    const corner = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }))
    const triangle = fc.tuple(corner, corner, corner).filter((ring) => Math.abs(ringArea(ring)) > 1)
    fc.assert(
      fc.property(triangle, triangle, (a, b) => {
        const [both, less] = [unitedParts([[a]], [[b]]).flat(), partsWithout([[a]], [[b]]).flat()]
        for (let x = 0.37; x < 40; x += 3) {
          for (let y = 0.61; y < 40; y += 3) {
            const at: XY = [x, y]
            const [inA, inB] = [covers([a], at), covers([b], at)]
            expect([covers(both, at), covers(less, at)]).toEqual([inA || inB, inA && !inB])
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe("partsCut", () => {
  it("makes two of one, of the same area together", () => {
    const pieces = partsCut(
      [[box(0, 0, 10, 10)]],
      [
        [-5, 3],
        [15, 3],
      ],
    )
    expect(shapes(pieces).sort()).toEqual([[30], [70]])
  })
  it("follows a bent line, and leaves loose ends away", () => {
    const bent: Path = [
      [5, -5],
      [5, 5],
      [15, 5],
    ]
    expect(shapes(partsCut([[box(0, 0, 10, 10)]], bent)).sort()).toEqual([[25], [75]])
    const loose: Path = [
      [5, -5],
      [5, 5],
    ]
    expect(shapes(partsCut([[box(0, 0, 10, 10)]], loose))).toEqual([[100]])
  })
  it("cuts through a hole from side to side", () => {
    const ring = [box(0, 0, 10, 10), box(4, 4, 2, 2).toReversed()]
    const pieces = partsCut(
      [ring],
      [
        [-1, 5],
        [11, 5],
      ],
    )
    // Each half is 50 less half of the hole of 4.
    expect(shapes(pieces)).toEqual([[48], [48]])
    expect(areaOf(pieces)).toBe(96)
  })
})

describe("pathCut", () => {
  it("gives the stretches between crossings", () => {
    const line: Path = [
      [0, 0],
      [10, 0],
      [10, 10],
    ]
    const knife: Path = [
      [4, -5],
      [4, 5],
      [15, 5],
    ]
    expect(pathCut(line, knife)).toEqual([
      [
        [0, 0],
        [4, 0],
      ],
      [
        [4, 0],
        [10, 0],
        [10, 5],
      ],
      [
        [10, 5],
        [10, 10],
      ],
    ])
    expect(
      pathCut(line, [
        [20, 0],
        [30, 0],
      ]),
    ).toEqual([line])
  })
})
