import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { ApiError } from "#api/problem.ts"
import { Desk, type DeskParts } from "./desk.svelte.ts"
import type { Assignment, Claimed, LabelServer, Rules } from "./server.ts"

const rules: Rules = { projectName: "Shapes", modality: "image", ontology: {}, guidelineHtml: "" }

const assignment = (id: string, more: Partial<Assignment> = {}): Assignment =>
  ({
    id,
    organisation_id: "o",
    project_id: "p",
    kind: "label",
    state: "leased",
    lease_s: 90,
    paused_at: null,
    ontology_version: 1,
    guideline_version: 1,
    media: [{ url: `/media/${id}` }],
    ...more,
  }) as unknown as Assignment

const gone = new ApiError({ code: "lease_expired", message: "", mend: "", requestId: null, fields: {} }, 409)
const silence = new ApiError({ code: "offline", message: "", mend: "", requestId: null, fields: {} }, 0)

function set(queue: readonly string[], more: Partial<LabelServer> = {}, parts: Partial<DeskParts> = {}) {
  const left = [...queue]
  const own = {
    claim: vi.fn(async (): Promise<Claimed> => {
      const id = left.shift()
      return id ? { assignment: assignment(id), why: null } : { assignment: null, why: "queue_is_empty" }
    }),
    get: vi.fn(async (_org: string, id: string) => assignment(id)),
    rules: vi.fn(async () => rules),
    open: vi.fn(async (): Promise<readonly Assignment[]> => []),
    giveBack: vi.fn(async () => {}),
    keep: vi.fn(async () => {}),
    resume: vi.fn(async () => {}),
    questions: vi.fn(async () => []),
  } satisfies LabelServer
  const server = { ...own, ...more } as typeof own
  const fetchPictures = vi.fn()
  const remember = vi.fn()
  const desk = new Desk({
    server,
    organisations: ["o"],
    wish: { org: null, project: null, kind: null },
    remember,
    fetchPictures,
    elsewhere: async () => new Set(),
    ...parts,
  })
  return { desk, server, fetchPictures, remember }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe("Desk", () => {
  it("claims, fetches the next one ahead with its pictures, and goes on to it without asking", async () => {
    const { desk, server, fetchPictures } = set(["a", "b"])
    await desk.next()
    await desk.fetchAhead()
    expect([desk.turn?.assignment.id, desk.ahead?.assignment.id]).toEqual(["a", "b"])
    expect(fetchPictures).toHaveBeenCalledWith(["/media/b"])
    const asked = server.claim.mock.calls.length
    const going = desk.next()
    expect([desk.turn?.assignment.id, desk.ahead]).toEqual(["b", null])
    await going
    expect(server.claim.mock.calls.length).toBe(asked)
  })

  it("asks for the rules of a project once", async () => {
    const { desk, server } = set(["a", "b"])
    await desk.next()
    await desk.fetchAhead()
    expect(server.rules).toHaveBeenCalledTimes(1)
  })

  it("waits for the one on its way rather than take another beside it", async () => {
    const { desk, server } = set(["a", "b", "c"])
    await desk.next()
    void desk.fetchAhead()
    await desk.next()
    expect([desk.turn?.assignment.id, server.claim.mock.calls.length]).toEqual(["b", 2])
  })

  it("claims nothing beside what it is looking for: that could be found as left open", async () => {
    let found = (_: readonly Assignment[]) => {}
    const open = () => new Promise<readonly Assignment[]>((resolve) => (found = resolve))
    const { desk, server } = set(["a", "b"], { open })
    const going = desk.next()
    await vi.advanceTimersByTimeAsync(0)
    await desk.fetchAhead()
    expect([desk.state, server.claim.mock.calls.length]).toEqual(["finding", 0])
    found([])
    await going
    expect([desk.turn?.assignment.id, desk.ahead]).toEqual(["a", null])
  })

  it("brings unfinished work of an earlier visit first, but not what another tab or a pause holds", async () => {
    const open = async () => [assignment("x"), assignment("y", { paused_at: "2026-01-01T00:00:00Z" }), assignment("z")]
    const { desk, server } = set(["a"], { open }, { elsewhere: async () => new Set(["x"]) })
    await desk.next()
    expect([desk.turn?.assignment.id, server.claim.mock.calls.length]).toEqual(["z", 0])
  })

  it("says why there is nothing", async () => {
    const { desk } = set([])
    await desk.next()
    expect([desk.state, desk.why]).toEqual(["empty", "queue_is_empty"])
  })

  it("tells what went wrong, and finds work when asked again", async () => {
    const claim = vi
      .fn()
      .mockRejectedValueOnce(silence)
      .mockResolvedValue({ assignment: assignment("a"), why: null })
    const { desk } = set([], { claim })
    await desk.next()
    expect([desk.state, desk.problem?.code]).toEqual(["failed", "offline"])
    await desk.next()
    expect([desk.state, desk.turn?.assignment.id]).toEqual(["working", "a"])
  })

  it("keeps the one ahead promised, and takes another once it is lost", async () => {
    const keep = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(silence).mockRejectedValue(gone)
    const { desk } = set(["a", "b", "c"], { keep })
    await desk.next()
    await desk.fetchAhead()
    // A third of a lease of 90 s; silence is no loss.
    await vi.advanceTimersByTimeAsync(60_000)
    expect([keep.mock.calls.length, desk.ahead?.assignment.id]).toEqual([2, "b"])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(desk.ahead?.assignment.id).toBe("c")
  })

  it("gives the one ahead back when the page is closed, outliving it", async () => {
    const { desk, server, remember } = set(["a", "b"])
    await desk.next()
    await desk.fetchAhead()
    desk.letGo()
    expect(server.giveBack.mock.calls).toEqual([["o", "b", { keepalive: true }]])
    expect([desk.turn?.assignment.id, desk.ahead, remember.mock.lastCall]).toEqual(["a", null, [[]]])
  })

  it("gives back what arrives after the person has gone", async () => {
    const { desk, server } = set(["a", "b"])
    await desk.next()
    const fetching = desk.fetchAhead()
    desk.close()
    await fetching
    await vi.advanceTimersByTimeAsync(0)
    expect(server.giveBack.mock.calls).toEqual([["o", "b", { keepalive: true }]])
  })

  it("goes on after a pause when a paused turn is opened", async () => {
    const get = async () => assignment("a", { paused_at: "2026-01-01T00:00:00Z" })
    const { desk, server } = set([], { get })
    await desk.open("o", "a")
    expect(server.resume).toHaveBeenCalledWith("o", "a")
    expect(desk.turn?.assignment.paused_at).toBeNull()
  })

  it("opens nothing of a turn that is handed in, and says so", async () => {
    const onFinished = vi.fn()
    const get = vi.fn(async (_org: string, id: string) => assignment(id, { state: "submitted" }))
    const { desk, server } = set([], { get }, { onFinished })
    await desk.open("o", "a")
    expect(onFinished).toHaveBeenCalledWith(expect.objectContaining({ id: "a" }))
    expect(desk.turn).toBeNull()
    expect(server.rules).not.toHaveBeenCalled()
  })

  it("opens the same turn anew as another visit", async () => {
    const { desk } = set([])
    await desk.open("o", "a")
    const first = desk.turn?.visit
    await desk.open("o", "a")
    expect(desk.turn?.visit).not.toBe(first)
  })
})

describe("going back", () => {
  /** On screen, with `following` remembered for a reload. */
  async function at(count: number, queue = ["a", "b", "c", "d"]) {
    const all = set(queue)
    for (let i = 0; i < count; i++) {
      await all.desk.next()
      await all.desk.fetchAhead()
    }
    const back = async (id: string) => all.desk.back(await all.desk.again("o", id))
    return { ...all, back }
  }
  const followingOf = (remember: ReturnType<typeof vi.fn>) =>
    (remember.mock.lastCall as [{ id: string }[]])[0].map(({ id }) => id)

  it("shows a turn again; the others come after it, in their order, and none is claimed beside them", async () => {
    const { desk, server, back } = await at(2)
    await back("a")
    const shown = [desk.turn?.assignment.id, desk.ahead?.assignment.id]
    for (let i = 0; i < 3; i++) {
      await desk.next()
      await desk.fetchAhead()
      shown.push(desk.turn?.assignment.id)
    }
    expect(shown).toEqual(["a", "b", "b", "c", "d"])
    // a, b, c, d, and the one that was not there.
    expect(server.claim).toHaveBeenCalledTimes(5)
  })

  it("keeps the editor of the turn that steps back, and opens the other anew", async () => {
    const { desk, back } = await at(2)
    const present = desk.turn
    await back("a")
    expect(desk.ahead).toBe(present)
    expect(desk.turn?.visit).not.toBe(present?.visit)
  })

  it("lays what is on its way meanwhile behind the others", async () => {
    const { desk, back } = await at(1)
    await desk.next()
    const fetching = desk.fetchAhead()
    await back("a")
    await fetching
    await desk.next()
    await desk.next()
    expect(desk.turn?.assignment.id).toBe("c")
  })

  it("remembers all that follow, keeps their leases, and gives them back with the page", async () => {
    const { desk, server, remember, back } = await at(2)
    await back("a")
    expect(followingOf(remember)).toEqual(["b", "c"])
    await vi.advanceTimersByTimeAsync(30_000)
    expect(server.keep.mock.calls).toEqual([
      ["o", "b"],
      ["o", "c"],
    ])
    desk.letGo()
    expect(server.giveBack.mock.calls.map((call) => (call as unknown as string[])[1])).toEqual(["b", "c"])
    expect([followingOf(remember), desk.ahead]).toEqual([[], null])
  })

  it("brings back after a crash what followed, in its order, without what is lost", async () => {
    const get = vi.fn(async (_org: string, id: string) => {
      if (id === "x") throw gone
      return assignment(id, id === "y" ? { state: "expired" } : {})
    })
    const { desk, remember } = set([], { get })
    await desk.recall(["x", "b", "y", "c"].map((id) => ({ org: "o", id })))
    await desk.open("o", "a")
    expect([desk.turn?.assignment.id, desk.ahead?.assignment.id]).toEqual(["a", "b"])
    expect(followingOf(remember)).toEqual(["b", "c"])
  })
})
