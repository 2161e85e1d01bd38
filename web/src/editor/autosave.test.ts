import { describe, expect, it } from "vitest"
import { answerRecord, readAnnotation, writeAnnotation } from "./annotation.ts"
import { Autosave, SEND_AFTER_CHANGES, SEND_AFTER_MS } from "./autosave.ts"
import { PortError } from "./port.ts"
import { RecordStore } from "./records.ts"
import { MemoryShelf, type Shelf } from "./shelf.ts"
import { FakeClock, FakePort, settled } from "./testing.ts"

function opened(
  parts: { port?: FakePort; shelf?: Shelf; clock?: FakeClock; seq?: number; answers?: Record<string, number> } = {},
) {
  const { port = new FakePort(), shelf = new MemoryShelf(), clock = new FakeClock(), seq = 0, answers = {} } = parts
  const store = new RecordStore(readAnnotation({ answers }))
  const states: string[] = []
  const autosave = new Autosave({
    port,
    shelf,
    clock,
    assignmentId: "a1",
    store,
    seq,
    onState: (state) => states.push(state.name),
    random: () => 0,
  })
  const answer = (question: string, value: number) =>
    store.transact("local", (transaction) => transaction.put(answerRecord(question, value, store.nextOrder())))
  const kept = () => port.drafts.at(-1)?.annotation.answers
  return { port, shelf, clock, store, states, autosave, answer, kept, here: () => writeAnnotation(store.all()).answers }
}

describe("saving", () => {
  it("keeps a change on this device at once and on the server two seconds later", async () => {
    const { answer, shelf, clock, port, states } = opened()
    answer("a", 1)
    await settled()
    expect([...(await shelf.load("a1")).keys()]).toEqual(["answer:a"])
    expect(port.drafts).toEqual([])
    await clock.pass(SEND_AFTER_MS)
    expect(port.drafts).toMatchObject([{ seq: 1, annotation: { answers: { a: 1 } } }])
    expect((await shelf.load("a1")).size).toBe(0)
    expect(states).toEqual(["waiting", "saving", "saved"])
  })

  it("does not wait when much has changed", async () => {
    const { answer, clock, port } = opened()
    for (let i = 0; i < SEND_AFTER_CHANGES; i++) answer(`q${i}`, i)
    await clock.pass(0)
    expect(port.drafts).toHaveLength(1)
  })

  it("sends what changed while a draft was on its way", async () => {
    const { answer, clock, port, autosave, shelf } = opened()
    let release = () => {}
    const take = port.saveDraft.bind(port)
    port.saveDraft = async (...sent) => {
      await new Promise<void>((resolve) => {
        release = resolve
      })
      return take(...sent)
    }
    answer("a", 1)
    const first = autosave.flush()
    await settled()
    answer("a", 2)
    release()
    await first
    expect(port.drafts.at(-1)?.annotation.answers).toEqual({ a: 1 })
    expect([...(await shelf.load("a1")).values()]).toMatchObject([{ value: 2 }])
    port.saveDraft = take
    await clock.pass(SEND_AFTER_MS)
    expect(port.drafts.at(-1)?.annotation.answers).toEqual({ a: 2 })
    expect(autosave.state.name).toBe("saved")
  })

  it("takes undos along but not what came from the server", async () => {
    const { store, clock, port } = opened()
    store.transact("remote", (transaction) => transaction.put(answerRecord("a", 1, 0)))
    await clock.pass(SEND_AFTER_MS)
    expect(port.drafts).toHaveLength(0)
    store.transact("replay", (transaction) => transaction.put(answerRecord("a", 2, 0)))
    await clock.pass(SEND_AFTER_MS)
    expect(port.drafts).toHaveLength(1)
  })
})

describe("a lost network", () => {
  it("keeps everything here, retries ever more slowly, and catches up", async () => {
    const { answer, clock, port, autosave, shelf, kept } = opened()
    port.isOffline = true
    answer("a", 1)
    await clock.pass(SEND_AFTER_MS)
    expect(autosave.state.name).toBe("offline")
    answer("b", 2)
    await clock.pass(10 * 60_000)
    expect(autosave.state.name).toBe("offline")
    expect((await shelf.load("a1")).size).toBe(2)
    port.isOffline = false
    await clock.pass(60_000)
    expect(kept()).toEqual({ a: 1, b: 2 })
    expect(autosave.state.name).toBe("saved")
  })

  it("ends the moment the browser says so", async () => {
    const { answer, clock, port, autosave, kept } = opened()
    port.isOffline = true
    answer("a", 1)
    await clock.pass(60_000)
    port.isOffline = false
    autosave.networkIsBack()
    await settled()
    expect(kept()).toEqual({ a: 1 })
  })

  it("never uses the seq of a draft whose answer was lost for another content", async () => {
    const { answer, clock, port, kept } = opened()
    const take = port.saveDraft.bind(port)
    port.saveDraft = async (...sent) => {
      await take(...sent)
      throw new PortError("offline", "The answer was lost.")
    }
    answer("a", 1)
    await clock.pass(SEND_AFTER_MS)
    port.saveDraft = take
    answer("a", 2)
    await clock.pass(60_000)
    expect(port.drafts.map((draft) => draft.seq)).toEqual([1, 2])
    expect(kept()).toEqual({ a: 2 })
  })
})

describe("a crash", () => {
  it("loses nothing that was on the shelf, deletions included", async () => {
    const shelf = new MemoryShelf()
    const before = opened({ shelf, answers: { a: 1, b: 2 } })
    before.port.isOffline = true
    before.answer("c", 3)
    before.store.transact("local", (transaction) => transaction.delete("answer:a"))
    await settled()
    const after = opened({ shelf, answers: { a: 1, b: 2 } })
    expect(await after.autosave.recover()).toBe(true)
    expect(after.here()).toEqual({ b: 2, c: 3 })
    await after.clock.pass(SEND_AFTER_MS)
    expect(after.kept()).toEqual({ b: 2, c: 3 })
  })

  it("finds nothing after a clean end", async () => {
    const shelf = new MemoryShelf()
    const before = opened({ shelf })
    before.answer("a", 1)
    await before.autosave.finish()
    expect(await opened({ shelf }).autosave.recover()).toBe(false)
  })
})

describe("another tab's draft on the server", () => {
  it("is taken over record by record, and what was changed here is laid over it", async () => {
    const port = new FakePort()
    // Another tab began from the same draft and was first.
    port.saveElsewhere(7, { a: 10, b: 20, d: 40 })
    const { answer, clock, here, kept, autosave } = opened({ port, answers: { a: 1, b: 2, c: 3 } })
    answer("a", 100)
    await clock.pass(2 * SEND_AFTER_MS)
    // a was changed here, b and d there, c was deleted there.
    expect(here()).toEqual({ a: 100, b: 20, d: 40 })
    expect(kept()).toEqual({ a: 100, b: 20, d: 40 })
    expect(port.drafts.at(-1)).toMatchObject({ seq: 8, keepReplaced: false })
    expect(autosave.state.name).toBe("saved")
  })
})

describe("another device's draft on the server", () => {
  async function apart() {
    const port = new FakePort()
    port.saveElsewhere(7, { a: 10, b: 20 }, "tablet")
    const found = opened({ port, answers: { a: 1 } })
    found.answer("c", 3)
    await found.clock.pass(SEND_AFTER_MS)
    return found
  }

  it("is not written over: nothing is sent until the person has chosen, and all is kept here", async () => {
    const { port, autosave, answer, clock, shelf, here } = await apart()
    expect(autosave.state.name).toBe("apart")
    expect(autosave.rival).toMatchObject({ seq: 7, device: "tablet", annotation: { answers: { a: 10, b: 20 } } })
    answer("d", 4)
    await clock.pass(10 * 60_000)
    expect(port.drafts).toHaveLength(1)
    expect([...(await shelf.load("a1")).keys()].sort()).toEqual(["answer:c", "answer:d"])
    expect(here()).toEqual({ a: 1, c: 3, d: 4 })
  })

  it("gives way to what is here, and stays beside it on the server", async () => {
    const { port, autosave, kept } = await apart()
    await autosave.settle("here")
    expect(kept()).toEqual({ a: 1, c: 3 })
    expect(port.drafts.at(-1)).toMatchObject({ seq: 8, keepReplaced: true })
    expect(autosave.state.name).toBe("saved")
    expect(autosave.rival).toBeNull()
  })

  it("is joined with what was changed here", async () => {
    const { port, autosave, kept } = await apart()
    await autosave.settle("both")
    expect(kept()).toEqual({ a: 10, b: 20, c: 3 })
    expect(port.drafts.at(-1)?.keepReplaced).toBe(false)
  })

  it("is built upon once it was taken", async () => {
    const { port, autosave, store, kept } = await apart()
    store.transact("local", (transaction) => {
      transaction.delete("answer:c")
      transaction.put(answerRecord("a", 10, 0))
      transaction.put(answerRecord("b", 20, 1))
    })
    await autosave.settle("there")
    expect(kept()).toEqual({ a: 10, b: 20 })
    expect(port.drafts.at(-1)).toMatchObject({ seq: 8, keepReplaced: false })
  })

  it("is taken over where nothing was done here, when the person comes back", async () => {
    const port = new FakePort()
    const { autosave, here } = opened({ port, answers: { a: 1 } })
    expect(await autosave.lookAgain()).toBe(false)
    port.saveElsewhere(3, { a: 10 }, "tablet")
    expect(await autosave.lookAgain()).toBe(true)
    expect(here()).toEqual({ a: 10 })
    expect(autosave.seq).toBe(3)
    port.isOffline = true
    expect(await autosave.lookAgain()).toBe(false)
  })

  it("stays beside what an earlier visit could not send", async () => {
    const shelf = new MemoryShelf()
    const before = opened({ shelf })
    before.port.isOffline = true
    before.answer("c", 3)
    await settled()
    const port = new FakePort()
    port.saveElsewhere(7, { a: 10 }, "tablet")
    port.openedDevice = "tablet"
    const after = opened({ shelf, port, seq: 7, answers: { a: 10 } })
    expect(await after.autosave.recover()).toBe(true)
    await after.clock.pass(SEND_AFTER_MS)
    expect(after.kept()).toEqual({ a: 10, c: 3 })
    expect(port.drafts.at(-1)?.keepReplaced).toBe(true)
  })
})

describe("a refusal", () => {
  it("is told, ends the sending, and keeps the work here", async () => {
    const { answer, clock, port, autosave, shelf } = opened()
    port.refusal = "The lease is over."
    answer("a", 1)
    await clock.pass(SEND_AFTER_MS)
    expect(autosave.state).toMatchObject({ name: "refused", message: "The lease is over." })
    port.refusal = null
    answer("a", 2)
    await clock.pass(60_000)
    expect(port.drafts).toEqual([])
    expect((await shelf.load("a1")).size).toBe(1)
  })
})

describe("a browser that keeps nothing", () => {
  it("saves to the server all the same and says so", async () => {
    const broken: Shelf = {
      load: () => Promise.reject(new Error("forbidden")),
      keep: () => Promise.reject(new Error("forbidden")),
      clear: () => Promise.reject(new Error("forbidden")),
    }
    const { answer, clock, autosave, kept } = opened({ shelf: broken })
    expect(await autosave.recover()).toBe(false)
    answer("a", 1)
    await clock.pass(SEND_AFTER_MS)
    expect(kept()).toEqual({ a: 1 })
    expect(autosave.state).toMatchObject({ name: "saved", isKeptHere: false })
    await autosave.finish()
  })
})
