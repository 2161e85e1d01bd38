import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { answerRecord, writeAnnotation } from "./annotation.ts"
import { History, MERGE_MS } from "./history.ts"
import { RecordStore } from "./records.ts"

const NONE = new Set<string>()

function editor() {
  const store = new RecordStore()
  const history = new History(store)
  const set = (question: string, value: number | null, merge: string | null = null, at = 0) => {
    const diff = store.transact("local", (transaction) => {
      if (value === null) transaction.delete(`answer:${question}`)
      else transaction.put(answerRecord(question, value, 0))
    })
    history.add({ label: `set ${question}`, diff, selectionBefore: NONE, selectionAfter: NONE, merge, at })
  }
  const answers = () => writeAnnotation(store.all()).answers
  return { store, history, set, answers }
}

describe("History", () => {
  it("undoes all and redoes all, for any gestures and any changes from elsewhere to other records", () => {
    const gesture = fc.record({
      question: fc.constantFrom("a", "b", "c"),
      value: fc.option(fc.nat(9)),
      remote: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(gesture, { maxLength: 30 }), (gestures) => {
        const { store, history, set, answers } = editor()
        let remote = 0
        for (const { question, value, remote: isRemote } of gestures) {
          if (isRemote)
            store.transact("remote", (transaction) => transaction.put(answerRecord("elsewhere", ++remote, 1)))
          else set(question, value)
        }
        const after = answers()
        while (history.undo());
        expect(answers()).toEqual(remote > 0 ? { elsewhere: remote } : {})
        while (history.redo());
        expect(answers()).toEqual(after)
      }),
    )
  })

  it("keeps steps that change nothing out", () => {
    const { history, set } = editor()
    set("a", null)
    expect(history.undoLabel).toBeNull()
  })

  it("joins steps of one kind while they follow closely", () => {
    const { history, set, answers } = editor()
    set("a", 1, "nudge", 0)
    set("a", 2, "nudge", MERGE_MS)
    set("a", 3, "nudge", 2 * MERGE_MS + 1)
    expect(history.depth).toBe(2)
    history.undo()
    expect(answers()).toEqual({ a: 2 })
    history.undo()
    expect(answers()).toEqual({})
  })

  it("forgets what was undone once something else is done", () => {
    const { history, set } = editor()
    set("a", 1)
    history.undo()
    set("b", 1)
    expect([history.redo(), history.redoLabel]).toEqual([null, null])
  })
})
