import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ApiError } from "#api/problem.ts"
import type { Annotation } from "#editor/annotation.ts"
import { systemClock } from "#editor/port.ts"
import { Mailbox } from "./mailbox.ts"
import { type HandedIn, MemoryOutbox, Outbox, REST_MS } from "./outbox.svelte.ts"
import { ApiPort, handIn, type PortParts, portError, wireBeat } from "./port.ts"

const annotation: Annotation = { version: 1, marks: [], answers: {}, links: [] }
const refusal = (code: string, status: number, fields = {}) =>
  new ApiError({ code, message: "No.", mend: "Do else.", requestId: null, fields }, status)

function opened(more: { isAhead?: boolean; isOwnVersion?: boolean; answer?: () => Promise<unknown> } = {}) {
  const answer = vi.fn(more.answer ?? (async () => ({ seq: 7, leased_until: "", active_ms: 0 })))
  const api = { get: answer, post: answer, put: answer } as unknown as PortParts["api"]
  const send = vi.fn(async () => {})
  const outbox = new Outbox({ store: new MemoryOutbox(), personId: "ada", send, onRefused: vi.fn() })
  const onTakeBack = vi.fn(async () => true)
  const told = { onLease: vi.fn(), onOver: vi.fn(), onAsked: vi.fn(), onSaved: vi.fn(), onTakeBack }
  const port = new ApiPort({
    api,
    outbox,
    mailbox: new Mailbox({ storage: null, personId: "ada", clock: systemClock, send: vi.fn() }),
    subject: {
      id: "a",
      orgId: "o",
      personId: "ada",
      name: "a.jpg",
      device: "laptop",
      openedDevice: "",
      isOwnVersion: more.isOwnVersion ?? false,
    },
    mayGoOn: () => more.isAhead ?? false,
    ...told,
  })
  return { port, answer, send, outbox, ...told }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe("portError", () => {
  it("tells silence, haste, faults and refusals apart", () => {
    const kinds = [
      refusal("offline", 0),
      refusal("too_often", 429),
      refusal("unavailable", 503),
      refusal("bad_annotation", 422),
      refusal("lease_expired", 409),
    ].map((error) => portError(error).kind)
    expect(kinds).toEqual(["offline", "busy", "busy", "invalid", "refused"])
  })
  it("carries the faults and the advice along", () => {
    const faults = [{ code: "required", path: "/answers/light", message: "Light has no answer." }]
    const error = portError(refusal("bad_annotation", 422, { faults }))
    expect([error.message, error.details.faults]).toEqual(["No. Do else.", faults])
  })
})

describe("wireBeat", () => {
  it("gives this clock's present with the stretches, for the server to set it right", () => {
    expect(wireBeat([{ from: 0, to: 1500 }], 2000)).toEqual({
      now: "1970-01-01T00:00:02.000Z",
      intervals: [{ from: "1970-01-01T00:00:00.000Z", to: "1970-01-01T00:00:01.500Z" }],
    })
  })
})

describe("submit", () => {
  const beats = [{ from: 0, to: 1000 }]
  it("does not wait for the answer where there is something to go on with", async () => {
    const { port, send, outbox } = opened({ isAhead: true })
    await port.submit("a", { key: "k", annotation, beats })
    expect([send.mock.calls.length, outbox.waiting.length]).toEqual([0, 1])
    await vi.advanceTimersByTimeAsync(200)
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ assignmentId: "a", key: "k", beats }), {})
    expect(outbox.waiting).toEqual([])
  })
  it("waits for it where there is nothing else", async () => {
    const { port, send, outbox } = opened()
    await port.submit("a", { key: "k", annotation, beats })
    expect([send.mock.calls.length, outbox.waiting.length]).toEqual([1, 0])
  })
})

describe("handIn", () => {
  const entry = { assignmentId: "a", orgId: "o", personId: "ada", name: "A", key: "k", annotation, beats: [] }
  async function bodyOf(entry: HandedIn): Promise<unknown> {
    const post = vi.fn(async (..._: unknown[]) => undefined)
    await handIn({ post } as never, entry)
    const [path, { body }] = post.mock.calls[0] as [string, { body: unknown }]
    return [path, body]
  }
  it("sends an annotation with an answer and with a fix, and with no other decision", async () => {
    expect(await bodyOf(entry)).toEqual(["/api/v1/assignments/{id}/submit", { key: "k", annotation }])
    const said = { reasons: [], note: "", isChanged: false }
    const sent = { key: "k", reasons: [], comment: "" }
    expect(await bodyOf({ ...entry, verdict: { ...said, decision: "accept" } })).toEqual([
      "/api/v1/assignments/{id}/review",
      { ...sent, decision: "accept" },
    ])
    expect(await bodyOf({ ...entry, verdict: { ...said, decision: "fix" } })).toEqual([
      "/api/v1/assignments/{id}/review",
      { ...sent, decision: "fix", annotation },
    ])
  })
})

describe("ApiPort", () => {
  it("tells that the turn is over, and of other refusals nothing", async () => {
    const over = opened({ answer: () => Promise.reject(refusal("lease_expired", 409)) })
    await expect(over.port.beat("a", [])).rejects.toMatchObject({ kind: "refused" })
    expect(over.onOver).toHaveBeenCalledTimes(1)
    const other = opened({ answer: () => Promise.reject(refusal("forbidden", 403)) })
    await expect(other.port.beat("a", [])).rejects.toMatchObject({ kind: "refused" })
    expect(other.onOver).not.toHaveBeenCalled()
  })
  it("says what a draft was built upon and where, and tells of it once the server has taken it", async () => {
    const { port, answer, onSaved } = opened()
    await port.saveDraft("a", { seq: 7, base: 6, annotation, keepReplaced: true })
    expect(answer).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ body: { seq: 7, base: 6, annotation, device: "laptop", keep_replaced: true } }),
    )
    expect(onSaved.mock.calls).toEqual([[7]])
  })
  it("brings the draft that is there instead", async () => {
    const fields = { draft: { seq: 9, device: "tablet", saved_at: "2026-01-01T00:00:00Z", annotation } }
    const { port, onSaved } = opened({ answer: () => Promise.reject(refusal("draft_conflict", 409, fields)) })
    const error = await port
      .saveDraft("a", { seq: 7, base: 6, annotation, keepReplaced: false })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      kind: "conflict",
      details: { there: { seq: 9, device: "tablet", savedAt: "2026-01-01T00:00:00Z", annotation } },
    })
    expect(onSaved).not.toHaveBeenCalled()
  })
  const verdict = { key: "k", reasons: [], note: "", isChanged: false, annotation, beats: [] }
  it("lets a decision rest before it is sent, and goes on where there is something to go on with", async () => {
    const { port, send, outbox } = opened({ isAhead: true })
    await port.review("a", { ...verdict, decision: "reject", reasons: ["missed"] })
    expect([send.mock.calls.length, outbox.waiting.length]).toEqual([0, 1])
    expect(port.resting).toEqual({ name: "a.jpg", decision: "reject" })
    await vi.advanceTimersByTimeAsync(REST_MS)
    const said = { decision: "reject", reasons: ["missed"], note: "", isChanged: false }
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ key: "k", verdict: said }), {})
    expect(port.resting).toBeNull()
  })
  it("sends what rests, and then this decision, where there is nothing to go on with", async () => {
    const { port, send, outbox } = opened()
    const before = { assignmentId: "b", orgId: "o", personId: "ada", name: "b.jpg", key: "l", annotation, beats: [] }
    await outbox.put(before)
    outbox.rest(
      { ...before, verdict: { decision: "accept", reasons: [], note: "", isChanged: false } },
      Promise.resolve(),
    )
    await port.review("a", { ...verdict, decision: "accept" })
    expect(send.mock.calls.map((call) => (call as unknown as [HandedIn])[0].assignmentId)).toEqual(["b", "a"])
  })
  it("accepting one's own changes is a fix", async () => {
    const { port, send } = opened({ isOwnVersion: true })
    await port.review("a", { ...verdict, decision: "accept" })
    const said = { decision: "fix", reasons: [], note: "", isChanged: false }
    expect(send).toHaveBeenCalledWith(expect.objectContaining({ verdict: said }), {})
  })
  it("names the marks of a question, as many as the server takes", async () => {
    const { port, answer, onAsked } = opened()
    const marks = Array.from({ length: 60 }, (_, n) => String(n))
    await port.ask("a", { text: "What are these?", marks })
    expect(answer).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ body: { text: "What are these?", mark_ids: marks.slice(0, 50) } }),
    )
    expect(onAsked).toHaveBeenCalledTimes(1)
  })
})
