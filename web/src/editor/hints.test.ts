import { describe, expect, it } from "vitest"
import { NO_HINTS, readHints } from "./hints.ts"

describe("readHints", () => {
  it("reads what is there", () => {
    const hints = readHints({
      camera: "left",
      editor: {
        layers: [
          {
            label: "lane",
            points: [
              [0, 0],
              [1, 2],
            ],
            closed: false,
          },
        ],
        locks: { marks: ["a"], edit: true },
        references: [1],
        opens: [2],
        note: "Mark the cars.",
      },
    })
    expect(hints.layers).toEqual([
      {
        label: "lane",
        points: [
          [0, 0],
          [1, 2],
        ],
        closed: false,
      },
    ])
    expect([...hints.locks.marks]).toEqual(["a"])
    expect(hints.locks).toMatchObject({ edit: true, add: false, delete: false, relabel: false })
    expect([[...hints.references], [...hints.opens], hints.note]).toEqual([[1], [2], "Mark the cars."])
  })

  it.each([
    [undefined],
    [null],
    [{}],
    [{ editor: 3 }],
    [{ editor: { layers: {}, locks: [], references: "1", note: 5 } }],
  ])("passes over what does not fit: %j", (meta) => expect(readHints(meta)).toEqual(NO_HINTS))

  it("leaves out points that are none", () => {
    const { layers } = readHints({ editor: { layers: [{ points: [[1, 2], [1], "x", [Number.NaN, 1]] }] } })
    expect(layers).toEqual([{ label: "", points: [[1, 2]], closed: false }])
  })
})
