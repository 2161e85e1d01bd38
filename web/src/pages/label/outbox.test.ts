import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { PortError } from "#editor/port.ts"
import { type HandedIn, MemoryOutbox, Outbox, REST_MS, RESTING_MAX } from "./outbox.svelte.ts"

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

describe("a decision at rest", () => {
  const accepted = { decision: "accept", reasons: [], note: "", isChanged: false } as const
  const quiet = Promise.resolve()

  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  async function holding() {
    const sent: unknown[] = []
    const { outbox, store } = opened(async ({ assignmentId }) => void sent.push(assignmentId))
    for (const id of ["a", "b"]) await outbox.put(entry(id, { verdict: accepted }))
    const kept = async () => (await store.all()).map(({ assignmentId }) => assignmentId)
    return { outbox, sent, kept }
  }

  it("is sent with the next decision, and the last one after a while", async () => {
    const { outbox, sent } = await holding()
    outbox.rest(entry("a", { verdict: accepted }), quiet)
    outbox.rest(entry("b", { verdict: accepted }), quiet)
    expect(outbox.due).toBe(1)
    await vi.advanceTimersByTimeAsync(REST_MS - 1)
    expect([sent, outbox.resting?.assignmentId, outbox.due]).toEqual([["a"], "b", 0])
    await vi.advanceTimersByTimeAsync(1)
    expect([sent, outbox.resting, outbox.waiting]).toEqual([["a", "b"], null, []])
  })

  it("can be taken back, and nobody ever hears of it", async () => {
    const { outbox, sent, kept } = await holding()
    outbox.rest(entry("a", { verdict: accepted }), quiet)
    expect(await outbox.takeBack(async ({ assignmentId }) => `turn ${assignmentId}`)).toBe("turn a")
    expect(await outbox.takeBack(async () => "another")).toBeNull()
    await vi.advanceTimersByTimeAsync(2 * REST_MS)
    expect([sent, await kept()]).toEqual([[], ["b"]])
  })

  it("stands if its task cannot be fetched, and is kept until then whatever becomes of the page", async () => {
    const { outbox, sent, kept } = await holding()
    outbox.rest(entry("a", { verdict: accepted }), quiet)
    const bring = async () => {
      await outbox.flush()
      expect([sent, await kept()]).toEqual([["b"], ["a"]])
      throw new Error("no network")
    }
    await expect(outbox.takeBack(bring)).rejects.toThrow("no network")
    await vi.advanceTimersByTimeAsync(0)
    expect([sent, await kept()]).toEqual([["b", "a"], []])
  })

  it("is passed over by what sends the rest, outlasts a crash, and goes with the page", async () => {
    const send = vi.fn(async () => {})
    const { outbox, store } = opened(send)
    await outbox.put(entry("a", { verdict: accepted }))
    outbox.rest(entry("a", { verdict: accepted }), quiet)
    await outbox.flush()
    expect([send.mock.calls.length, (await store.all()).length]).toEqual([0, 1])

    const again = opened(async () => {}, store).outbox
    await again.load()
    expect([again.waiting.length, again.resting]).toEqual([1, null])

    await outbox.release({ keepalive: true })
    expect(send.mock.calls).toEqual([[expect.objectContaining({ assignmentId: "a" }), { keepalive: true }]])
    await outbox.release()
    expect(send).toHaveBeenCalledTimes(1)
  })

  it("does not rest if a page that closes could not send it", async () => {
    const { outbox, sent } = await holding()
    const answers = { note: "x".repeat(RESTING_MAX) }
    const large = entry("b", {
      verdict: { ...accepted, decision: "fix" },
      annotation: { version: 1, marks: [], answers, links: [] },
    })
    outbox.rest(entry("a", { verdict: accepted }), quiet)
    outbox.rest(large, quiet)
    expect(outbox.resting).toBeNull()
    await vi.advanceTimersByTimeAsync(0)
    expect(sent).toEqual(["a", "b"])
  })
})
