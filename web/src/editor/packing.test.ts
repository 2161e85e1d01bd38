import { describe, expect, it } from "vitest"
import { fullMark, type Geometry, type MarkRecord, markRecord } from "./annotation.ts"
import { kindTable, type PlacedKind } from "./kind.ts"
import { packed, unpacked } from "./packing.ts"
import { RecordStore } from "./records.ts"

/** Its geometry is a list of numbers, and what differs is what was put behind it. */
const list = {
  id: "list",
  isPlaced: true,
  isTag: false,
  difference: (before: Geometry, after: Geometry) => {
    const [was, is] = [before.all as number[], after.all as number[]]
    return is.length > was.length ? is.slice(was.length) : null
  },
  patched: (geometry: Geometry, difference: unknown, isBack: boolean) => {
    const [all, more] = [geometry.all as number[], difference as number[]]
    return { all: isBack ? all.filter((each) => !more.includes(each)) : [...all, ...more] }
  },
} as unknown as PlacedKind
const kinds = kindTable([list])

function record(all: number[], extra = {}): MarkRecord {
  return markRecord({ ...fullMark({ id: "m", kind: "list", class: "c", geometry: { all } }), ...extra }, 0)
}

describe("packed and unpacked", () => {
  const before = record([1, 2], { source: "prediction" })
  const after = record([1, 2, 3])
  const diff = new Map([["mark:m", { before, after }]])

  it("keep what differs, and bring both records back", () => {
    const kept = packed(diff, kinds)
    expect(JSON.stringify([...kept])).not.toContain("[1,2")
    const store = new RecordStore([after])
    store.apply(unpacked(kept, store, kinds, true), "replay")
    expect(store.get("mark:m")).toEqual(before)
    store.apply(unpacked(kept, store, kinds, false), "replay")
    expect(store.get("mark:m")).toEqual(after)
  })
  it("take back only their own part of what has changed meanwhile", () => {
    const store = new RecordStore([record([1, 2, 3, 9])])
    store.apply(unpacked(packed(diff, kinds), store, kinds, true), "replay")
    expect((store.get("mark:m") as MarkRecord).mark.geometry).toEqual({ all: [1, 2, 9] })
  })
  it("leave out a mark that is gone", () => {
    const store = new RecordStore()
    expect(unpacked(packed(diff, kinds), store, kinds, true).size).toBe(0)
  })
  it("keep both records where nothing is gained", () => {
    const shrunk = new Map([["mark:m", { before: after, after: before }]])
    expect(packed(shrunk, kinds)).toEqual(shrunk)
    const store = new RecordStore([before])
    store.apply(unpacked(packed(shrunk, kinds), store, kinds, true), "replay")
    expect(store.get("mark:m")).toBe(after)
  })
})
