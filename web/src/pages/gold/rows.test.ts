import { describe, expect, it } from "vitest"
import { pieces, readRows } from "./rows.ts"

const annotation = { marks: [], answers: { light: "day" } }

describe("readRows", () => {
  it("reads JSON Lines, empty lines and all", () => {
    const file = [
      JSON.stringify({ external_id: "a.jpg", annotation, width: 640 }),
      "",
      JSON.stringify({ item_id: "0190", annotation, explanation: "It is the moon." }),
    ].join("\r\n")
    expect(readRows(file)).toEqual({
      rows: [
        { line: 1, row: { external_id: "a.jpg", annotation, explanation: "" } },
        { line: 3, row: { item_id: "0190", annotation, explanation: "It is the moon." } },
      ],
      refused: [],
    })
  })

  it("reads an array", () =>
    expect(readRows(` [${JSON.stringify({ external_id: "a", annotation })}]`).rows.map(({ line }) => line)).toEqual([
      1,
    ]))

  it("takes what is good and names the rest", () => {
    const { rows, refused } = readRows(
      `{"external_id":"a"}\nnonsense\n{"annotation":{}}\n5\n${JSON.stringify({ external_id: "b", annotation })}`,
    )
    expect(rows.map(({ line }) => line)).toEqual([5])
    expect(refused).toEqual([
      { line: 1, message: "It has no annotation." },
      { line: 2, message: "This line is no JSON." },
      { line: 3, message: "It names no item: item_id or external_id is needed." },
      { line: 4, message: "This is no object." },
    ])
  })

  it("says that a broken array is broken", () => {
    const { rows, refused } = readRows("[1,")
    expect(rows).toEqual([])
    expect(refused[0]?.message).toContain("no JSON")
  })
})

describe("pieces", () => {
  it("cuts into pieces of a size", () => expect(pieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]))
  it("cuts nothing into none", () => expect(pieces([], 2)).toEqual([]))
})
