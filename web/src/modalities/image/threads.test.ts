import { describe, expect, it, vi } from "vitest"
import { deleteMarks, moveBy } from "#editor/actions.ts"
import { PortError } from "#editor/port.ts"
import { FakePort } from "#editor/testing.ts"
import { type Pin, type Said, type Thread, Threads } from "#editor/threads.ts"
import { Settings } from "../settings.ts"
import { box, click, workspaceOn } from "./testing.ts"
import { Workspace } from "./workspace.ts"

const place: Pin = { asset: 0, markId: null, at: { x: 5, y: 6 } }

function threadAt(pin: Pin, id = "t", settledBy: Thread["settledBy"] = null): Thread {
  return { ...pin, id, comments: [{ id: "c", by: "reviewer", text: "Too wide.", at: "" }], settledBy }
}

class Talking extends FakePort {
  list: readonly Thread[] = []
  readonly said: Said[] = []
  readonly placed: unknown[] = []
  left: readonly Said[] = []
  speaking: () => Promise<void> = async () => {}

  async threads(): Promise<readonly Thread[]> {
    return this.list
  }

  unsaid(): readonly Said[] {
    return this.left
  }

  async speak(_: string, said: Said): Promise<Thread> {
    await this.speaking()
    this.said.push(said)
    return {
      ...threadAt(said.pin, said.threadId ?? "new"),
      comments: [{ id: said.key, by: "you", text: said.text, at: "" }],
    }
  }

  async settleThread(_: string, id: string, isSettled: boolean): Promise<Thread> {
    if (this.isOffline) throw new PortError("offline", "No network.")
    return { ...(this.list.find((each) => each.id === id) as Thread), settledBy: isSettled ? "you" : null }
  }

  async placeThread(...place: unknown[]): Promise<void> {
    this.placed.push(place)
  }
}

class Kept {
  readonly values = new Map<string, string>()
  getItem = (key: string) => this.values.get(key) ?? null
  setItem = (key: string, value: string) => void this.values.set(key, value)
  removeItem = (key: string) => void this.values.delete(key)
}

async function opened(list: readonly Thread[] = [], storage = new Kept()) {
  const { session } = workspaceOn({ marks: [box("a", 10, 20, 40, 40)] })
  const port = new Talking()
  port.list = list
  const threads = new Threads({ session, port, assignmentId: "a1", storage, mayHave: true })
  await threads.load()
  threads.watch()
  const workspace = new Workspace(session, new Settings(null), null, null, threads)
  workspace.resize({ width: 400, height: 300 }, 1)
  workspace.view = { scale: 1, x: 0, y: 0 }
  return { threads, port, session, storage, workspace }
}

describe("load", () => {
  it("asks nobody where nothing can have been said", async () => {
    const { session } = workspaceOn({})
    const port = new Talking()
    const asked = vi.spyOn(port, "threads")
    await new Threads({ session, port, assignmentId: "a1", storage: null, mayHave: false }).load()
    expect(asked).not.toHaveBeenCalled()
  })
  it("sends what an earlier visit could not", async () => {
    const { session } = workspaceOn({})
    const port = new Talking()
    port.left = [{ key: "k", threadId: null, pin: place, text: "Look." }]
    await new Threads({ session, port, assignmentId: "a1", storage: null, mayHave: false }).load()
    expect(port.said.map(({ key }) => key)).toEqual(["k"])
  })
  it("keeps what was said while the answer was on its way", async () => {
    const { session } = workspaceOn({})
    const port = new Talking()
    let answer: (list: readonly Thread[]) => void = () => {}
    vi.spyOn(port, "threads").mockReturnValue(new Promise((resolve) => (answer = resolve)))
    const threads = new Threads({ session, port, assignmentId: "a1", storage: null, mayHave: true })
    const loaded = threads.load()
    threads.begin(place)
    threads.write(null, "New.")
    await threads.send(null)
    answer([threadAt(place, "old")])
    await loaded
    expect(threads.list.map(({ id }) => id)).toEqual(["old", "new"])
  })
})

describe("placeOf", () => {
  it("stays where the mark was though an answer that was under way says otherwise", async () => {
    const { threads, port, session } = await opened([threadAt({ asset: 0, markId: "a", at: { x: 1, y: 2 } })])
    let answer: () => void = () => {}
    port.speaking = () => new Promise((resolve) => (answer = resolve))
    threads.write("t", "Mended.")
    const sent = threads.send("t")
    session.select(["a"])
    deleteMarks(session, ["a"])
    answer()
    await sent
    expect(threads.list[0]?.comments.map(({ text }) => text)).toEqual(["Mended."])
    expect(threads.placeOf(threads.list[0] as Thread)).toEqual({ asset: 0, x: 10, y: 20 })
  })
  it("goes with the mark, and stays where that was last", async () => {
    const pinned = threadAt({ asset: 0, markId: "a", at: { x: 1, y: 2 } })
    const { threads, port, session } = await opened([pinned])
    expect(threads.placeOf(pinned)).toEqual({ asset: 0, x: 10, y: 20 })
    session.select(["a"])
    moveBy(session, 7, 8, { merges: false })
    expect(threads.placeOf(pinned)).toEqual({ asset: 0, x: 17, y: 28 })
    deleteMarks(session, ["a"])
    expect(threads.placeOf(threads.list[0] as Thread)).toEqual({ asset: 0, x: 17, y: 28 })
    expect(port.placed).toEqual([["a1", "t", 0, { x: 17, y: 28 }]])
    session.undo()
    expect(threads.placeOf(threads.list[0] as Thread)).toEqual({ asset: 0, x: 17, y: 28 })
  })
  it("is nowhere for the item as a whole", async () => {
    const { threads } = await opened()
    expect(threads.placeOf({ asset: 0, markId: null, at: null })).toBeNull()
  })
})

describe("next", () => {
  it("goes round the open ones, either way", async () => {
    const { threads } = await opened([threadAt(place, "1"), threadAt(place, "2", "labeler"), threadAt(place, "3")])
    const walked = [1, 1, 1, -1, -1].map((by) => threads.next(by as 1 | -1)?.id)
    expect(walked).toEqual(["1", "3", "1", "3", "1"])
  })
  it("is none where all are settled", async () => {
    expect((await opened([threadAt(place, "1", "lead")])).threads.next(1)).toBeNull()
  })
})

describe("send", () => {
  it("says what was written where it was begun, and looks at it", async () => {
    const { threads, port } = await opened()
    threads.begin(place)
    threads.write(null, "  Look here. ")
    await threads.send(null)
    expect(port.said.map(({ text, pin, threadId }) => ({ text, pin, threadId }))).toEqual([
      { text: "Look here.", pin: place, threadId: null },
    ])
    expect([threads.open, threads.fresh, threads.sending, threads.textOf(null)]).toEqual(["new", null, [], ""])
  })
  it("says nothing where nothing is written", async () => {
    const { threads, port } = await opened()
    threads.begin(place)
    threads.write(null, "  ")
    await threads.send(null)
    expect([port.said, threads.fresh]).toEqual([[], place])
  })
  it("gives back what is refused, to be changed", async () => {
    const { threads, port } = await opened([threadAt(place)])
    port.speaking = async () => {
      throw new PortError("refused", "Too many.")
    }
    threads.begin(place)
    threads.write(null, "One.")
    await threads.send(null)
    threads.write("t", "Two.")
    await threads.send("t")
    expect([threads.problem, threads.fresh, threads.textOf(null), threads.textOf("t")]).toEqual([
      "Too many.",
      place,
      "One.",
      "Two.",
    ])
  })
})

describe("what is being written", () => {
  it("outlasts the page", async () => {
    const { threads, storage } = await opened([threadAt(place)])
    threads.begin(place)
    threads.write(null, "Half a sen")
    threads.write("t", "And")
    const again = await opened([threadAt(place)], storage)
    expect([again.threads.fresh, again.threads.textOf(null), again.threads.textOf("t")]).toEqual([
      place,
      "Half a sen",
      "And",
    ])
    again.threads.drop()
    again.threads.write("t", "")
    expect(storage.values.size).toBe(0)
  })
})

describe("settle", () => {
  it("is seen at once, and taken back where it does not arrive", async () => {
    const { threads, port } = await opened([threadAt(place)])
    port.isOffline = true
    const settling = threads.settle("t", true)
    expect(threads.find("t")?.settledBy).toBe("you")
    await settling
    expect(threads.find("t")?.settledBy).toBeNull()
  })
})

describe("the comment tool", () => {
  it("pins to the mark or the place that is clicked, and is put down", async () => {
    const { workspace, threads } = await opened()
    workspace.choose("comment")
    click(workspace, 10, 30)
    expect(threads.fresh).toEqual({ asset: 0, markId: "a", at: { x: 10, y: 30 } })
    expect([workspace.tool.id, workspace.wanted?.focus]).toEqual(["select", "comment"])
    workspace.choose("comment")
    click(workspace, 200, 200)
    expect(threads.fresh).toEqual({ asset: 0, markId: null, at: { x: 200, y: 200 } })
  })
})

describe("pinHere", () => {
  it("is the one selected mark, else the place under the pointer", async () => {
    const { workspace, session } = await opened()
    session.select(["a"])
    expect(workspace.pinHere()).toEqual({ asset: 0, markId: "a", at: { x: 10, y: 20 } })
    session.select([])
    workspace.point([33, 44] as never)
    expect(workspace.pinHere()).toEqual({ asset: 0, markId: null, at: { x: 33, y: 44 } })
  })
})
