import { describe, expect, it, vi } from "vitest"
import { PortError } from "#editor/port.ts"
import { type HandedIn, MemoryOutbox, Outbox } from "./outbox.svelte.ts"

const entry = (assignmentId: string, more: Partial<HandedIn> = {}): HandedIn => ({
  assignmentId,
  orgId: "o",
  personId: "ada",
  name: `${assignmentId}.jpg`,
  key: `key of ${assignmentId}`,
  annotation: { version: 1, marks: [], answers: {}, links: [] },
  beats: [],
  ...more,
})

function opened(send: (entry: HandedIn) => Promise<void>, store = new MemoryOutbox()) {
  const onRefused = vi.fn()
  return { outbox: new Outbox({ store, personId: "ada", send, onRefused }), store, onRefused }
}

const offline = () => Promise.reject(new PortError("offline", "No answer."))

describe("Outbox", () => {
  it("forgets an entry once the server has it", async () => {
    const send = vi.fn(async () => {})
    const { outbox, store } = opened(send)
    await outbox.put(entry("a"))
    await outbox.deliver("a")
    expect([send.mock.calls.length, outbox.waiting, await store.all()]).toEqual([1, [], []])
  })

  it("keeps it with its key through a lost network, a reload and a second press", async () => {
    const { outbox, store } = opened(offline)
    await outbox.put(entry("a"))
    await expect(outbox.deliver("a")).rejects.toMatchObject({ kind: "offline" })
    await outbox.put(entry("a", { key: "another" }))

    const sent: string[] = []
    const after = opened(async ({ key }) => void sent.push(key), store).outbox
    await after.load()
    await after.flush()
    expect([sent, after.waiting, await store.all()]).toEqual([["key of a"], [], []])
  })

  it("does not send one entry beside itself", async () => {
    let answer = () => {}
    const send = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const { outbox } = opened(send)
    await outbox.put(entry("a"))
    const both = [outbox.deliver("a"), outbox.deliver("a")]
    answer()
    await Promise.all(both)
    expect(send).toHaveBeenCalledTimes(1)
  })

  it("tells of what the server will never take, and goes on with the rest", async () => {
    const sent: string[] = []
    const { outbox, onRefused } = opened(async ({ assignmentId }) => {
      if (assignmentId === "a") throw new PortError("refused", "The turn is over.")
      sent.push(assignmentId)
    })
    await outbox.put(entry("a"))
    await outbox.put(entry("b"))
    await outbox.flush()
    expect(onRefused.mock.calls.map(([one, message]) => [one.assignmentId, message])).toEqual([
      ["a", "The turn is over."],
    ])
    expect([sent, outbox.waiting]).toEqual([["b"], []])
  })

  it("stops at the first silence, and says nothing of it", async () => {
    const send = vi.fn(offline)
    const { outbox, onRefused } = opened(send)
    await outbox.put(entry("a"))
    await outbox.put(entry("b"))
    await outbox.flush()
    expect([send.mock.calls.length, onRefused.mock.calls.length, outbox.waiting.length]).toEqual([1, 0, 2])
  })

  it("leaves another person's work in this browser alone", async () => {
    const store = new MemoryOutbox()
    await store.put(entry("a", { personId: "grace" }))
    const send = vi.fn(async () => {})
    const { outbox } = opened(send, store)
    await outbox.load()
    await outbox.flush()
    expect([send.mock.calls.length, (await store.all()).length]).toEqual([0, 1])
  })
})
