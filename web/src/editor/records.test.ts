import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerRecord, type DocumentRecord } from "./annotation.ts"
import { composed, type Diff, RecordStore, reversed } from "./records.ts"

const record = (id: number, value: number): DocumentRecord => answerRecord(`q${id}`, value, id)
const step = fc.array(fc.record({ id: fc.nat(5), value: fc.option(fc.nat(3)) }), { maxLength: 4 })

function apply(store: RecordStore, changes: { id: number; value: number | null }[]): Diff {
  return store.transact("local", (transaction) => {
    for (const { id, value } of changes) {
      if (value === null) transaction.delete(`answer:q${id}`)
      else transaction.put(record(id, value))
    }
  })
}

const content = (store: RecordStore) =>
  [...store.all()].map((each) => each.type === "answer" && [each.question, each.value]).sort()

describe("RecordStore", () => {
  it("comes back exactly when every diff is reversed in turn", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        const store = new RecordStore([record(0, 9), record(1, 9)])
        const before = content(store)
        const diffs = steps.map((each) => apply(store, each))
        for (const diff of diffs.reverse()) store.apply(reversed(diff), "replay")
        expect(content(store)).toEqual(before)
      }),
    )
  })

  it("does the same with one composed diff as with its parts", () => {
    fc.assert(
      fc.property(step, step, (a, b) => {
        const store = new RecordStore([record(0, 9)])
        const first = apply(store, a)
        const second = apply(store, b)
        const other = new RecordStore([record(0, 9)])
        other.apply(composed(first, second), "local")
        expect(content(other)).toEqual(content(store))
      }),
    )
  })

  it("tells listeners once per transaction, with what is really different", () => {
    const store = new RecordStore()
    const seen: [string[], string][] = []
    const stop = store.subscribe((diff, origin) => seen.push([[...diff.keys()], origin]))
    apply(store, [
      { id: 1, value: 1 },
      { id: 1, value: 2 },
      { id: 2, value: null },
    ])
    stop()
    apply(store, [{ id: 3, value: 1 }])
    expect(seen).toEqual([[["answer:q1"], "local"]])
  })

  it("changes nothing if the change throws", () => {
    const store = new RecordStore()
    expect(() =>
      store.transact("local", (transaction) => {
        transaction.put(record(1, 1))
        throw new Error("half way")
      }),
    ).toThrow("half way")
    expect(store.size).toBe(0)
  })

  it("lets a transaction read what it has written", () => {
    const store = new RecordStore([record(1, 1)])
    store.transact("local", (transaction) => {
      transaction.put(record(2, 2))
      transaction.delete("answer:q1")
      expect([transaction.get("answer:q1"), transaction.get("answer:q2")]).toEqual([undefined, record(2, 2)])
    })
  })
})
