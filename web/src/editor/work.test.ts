import { describe, expect, it, vi } from "vitest"
import { setAnswer } from "./actions.ts"
import { kindTable } from "./kind.ts"
import type { Ontology } from "./ontology.ts"
import { PortError } from "./port.ts"
import { Session } from "./session.ts"
import { MemoryShelf } from "./shelf.ts"
import { FakeClock, FakePort } from "./testing.ts"
import { type Ending, Work } from "./work.ts"

const ontology: Ontology = {
  questions: [
    { id: "weather", name: "Weather", kind: "text", required: true },
    { id: "depth", name: "Depth", kind: "number", when: { field: "weather", is: "snow" } },
  ],
}

function opened(mode: "label" | "review" = "label", rules: Ontology = ontology) {
  const clock = new FakeClock()
  const port = new FakePort()
  const shelf = new MemoryShelf()
  const endings: Ending[] = []
  const session = new Session({
    ontology: rules,
    kinds: kindTable([]),
    assets: [{ width: 10, height: 10 }],
    document: {},
    mode,
  })
  const work = new Work({
    session,
    port,
    shelf,
    clock,
    assignmentId: "a1",
    seq: 0,
    handInKey: "key-1",
    watching: { visible: true, focused: true },
    onEnded: (ending) => endings.push(ending),
  })
  return { clock, port, shelf, session, work, endings }
}

describe("submit", () => {
  it("does not send work with faults, and says which", async () => {
    const { work, port, session } = opened()
    await work.submit()
    expect(work.faults).toMatchObject([{ code: "required", path: "/answers/weather" }])
    expect(session.notice.urgent).toBe(true)
    expect([work.phase, port.handIns.size]).toEqual(["open", 0])
  })

  it("drops faults from the list as they are mended", async () => {
    const { work, session } = opened()
    await work.submit()
    setAnswer(session, "weather", "rain")
    work.recheck()
    expect(work.faults).toEqual([])
  })

  it("sends the work without hidden values, its time with it, then clears the shelf", async () => {
    const { work, session, port, clock, shelf, endings } = opened()
    await work.start()
    setAnswer(session, "weather", "snow")
    setAnswer(session, "depth", 3)
    setAnswer(session, "weather", "rain")
    await clock.pass(1000)
    await work.submit()
    expect(port.handIns.get("key-1")?.beats).toEqual([{ from: 1_000_000, to: 1_001_000 }])
    expect(port.handIns.get("key-1")?.annotation.answers).toEqual({ weather: "rain" })
    expect((await shelf.load("a1")).size).toBe(0)
    expect([work.phase, endings]).toEqual(["ended", ["submitted"]])
  })

  it("waits through a lost network and hands in once", async () => {
    const { work, session, port, clock, endings } = opened()
    setAnswer(session, "weather", "rain")
    port.isOffline = true
    const done = work.submit()
    await clock.pass(5000)
    expect([work.phase, endings]).toEqual(["waiting", []])
    port.isOffline = false
    await clock.pass(60_000)
    await done
    expect([port.handIns.size, endings]).toEqual([1, ["submitted"]])
  })

  it("can be taken back while it waits", async () => {
    const { work, session, port, clock, endings } = opened()
    setAnswer(session, "weather", "rain")
    port.isOffline = true
    const done = work.submit()
    await clock.pass(5000)
    work.reopen()
    port.isOffline = false
    await done
    expect([work.phase, port.handIns.size, endings]).toEqual(["open", 0, []])
  })

  it("shows what the server found wrong and stays open", async () => {
    const { work, session, port } = opened()
    setAnswer(session, "weather", "rain")
    port.submit = async () => {
      throw new PortError("invalid", "Two faults.", {
        faults: [{ code: "too_few", path: "/marks", message: "Car: 0 marked." }],
      })
    }
    await work.submit()
    expect([work.phase, work.problem, work.faults.length]).toEqual(["open", "Two faults.", 1])
  })
})

describe("skip, ask, pause and review", () => {
  it("skip with a reason, whatever state the work is in", async () => {
    const { work, port, endings } = opened()
    await work.skip({ reason: "broken", note: "" })
    expect([port.skips, endings]).toEqual([[{ reason: "broken", note: "" }], ["skipped"]])
  })

  it("ask while work goes on, and tell what went wrong", async () => {
    const { work, port } = opened()
    expect(await work.ask({ text: "Is a toy car a car?", marks: [] })).toBeNull()
    port.isOffline = true
    expect(await work.ask({ text: "And a drawn one?", marks: [] })).toBe("No answer from the server.")
    expect([port.questions.length, work.phase]).toEqual([1, "open"])
  })

  it("ask about a mark only once the server has it", async () => {
    const { work, session, port } = opened()
    setAnswer(session, "weather", "rain")
    await work.ask({ text: "Without a mark?", marks: [] })
    expect(port.drafts).toHaveLength(0)
    await work.ask({ text: "Is this one?", marks: ["a"] })
    expect([port.drafts.length, port.questions.at(-1)?.marks]).toEqual([1, ["a"]])
  })

  it("pause stops the clock and the server knows", async () => {
    const { work, port, clock } = opened()
    await work.start()
    await clock.pass(1000)
    work.setPaused(true)
    await clock.pass(60_000)
    work.setPaused(false)
    await clock.pass(500)
    await work.skip({ reason: "x", note: "" })
    expect(port.beats).toEqual([
      { from: 1_000_000, to: 1_001_000 },
      { from: 1_061_000, to: 1_061_500 },
    ])
    expect([port.pauses, port.resumes]).toEqual([1, 1])
  })

  it("review rejects in spite of faults but accepts only without", async () => {
    const { work, port } = opened("review")
    await work.review("accept", [], "")
    expect(port.verdicts).toEqual([])
    await work.review("reject", ["missed"], "Look left.")
    expect(port.verdicts).toMatchObject([{ decision: "reject", reasons: ["missed"], note: "Look left.", key: "key-1" }])
  })
})

describe("taking the last decision back", () => {
  function reviewing() {
    const found = opened("review", {})
    let answer = (_isBack: boolean) => {}
    const takeBack = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)))
    Object.assign(found.port, { takeBack })
    return { ...found, takeBack, answer: (isBack: boolean) => answer(isBack) }
  }

  it("decides nothing here while the other task comes back, and asks for it once", async () => {
    const { work, port, takeBack, answer } = reviewing()
    const going = work.takeBack()
    await work.takeBack()
    await work.review("accept", [], "")
    expect([takeBack.mock.calls.length, port.verdicts]).toEqual([1, []])
    answer(true)
    await going
    await work.review("accept", [], "")
    expect(port.verdicts).toHaveLength(1)
  })

  it("says that it is too late", async () => {
    const { work, session, answer } = reviewing()
    const going = work.takeBack()
    answer(false)
    await going
    expect(session.notice).toMatchObject({ text: "There is no decision to undo: the last one is sent.", urgent: true })
  })

  it("asks to finish first what was begun here", async () => {
    const { work, session, takeBack } = reviewing()
    setAnswer(session, "weather", "rain")
    await work.takeBack()
    expect([takeBack.mock.calls.length, session.notice.urgent]).toEqual([0, true])
  })

  it("tells whether the reviewer changed something", async () => {
    const { work, session, port } = reviewing()
    setAnswer(session, "weather", "rain")
    await work.review("fix", [], "")
    expect(port.verdicts[0]?.isChanged).toBe(true)
  })
})

describe("two devices", () => {
  async function apart() {
    const found = opened()
    found.port.saveElsewhere(4, { weather: "snow", depth: 2 }, "tablet")
    setAnswer(found.session, "weather", "rain")
    await found.work.saveNow()
    return found
  }

  it("hands nothing in before the person has chosen, and asks again", async () => {
    const { work, port, session } = await apart()
    let asked = 0
    work.topics.on("apart", () => asked++)
    await work.submit()
    expect([port.handIns.size, asked, work.phase]).toEqual([0, 1, "open"])
    expect(session.notice).toMatchObject({ urgent: true })
    await work.settle("here")
    await work.submit()
    expect(port.handIns.get("key-1")?.annotation.answers).toEqual({ weather: "rain" })
  })

  it("take the other version as a step that can be undone", async () => {
    const { work, port, session } = await apart()
    await work.settle("there")
    expect(session.annotation().answers).toEqual({ weather: "snow", depth: 2 })
    expect(port.drafts.at(-1)?.annotation.answers).toEqual({ weather: "snow", depth: 2 })
    session.undo()
    expect(session.annotation().answers).toEqual({ weather: "rain" })
    expect(work.rival).toBeNull()
  })

  it("take over silently what was done elsewhere while nothing was done here", async () => {
    const { work, port, session } = opened()
    port.saveElsewhere(4, { weather: "snow" }, "tablet")
    await work.lookAgain()
    expect(session.annotation().answers).toEqual({ weather: "snow" })
    expect(session.notice.text).toContain("another device")
  })
})

describe("warnings", () => {
  const loose: Ontology = { ...ontology, strictness: { required: "warning" } }

  it("are told of once, and do not keep work from being handed in", async () => {
    const { work, port, session } = opened("label", loose)
    await work.submit()
    expect(work.faults).toMatchObject([{ code: "required", severity: "warning" }])
    expect(session.notice.text).toContain("Do it again to hand it in as it is.")
    expect([work.phase, port.handIns.size]).toEqual(["open", 0])
    await work.submit()
    expect([work.phase, port.handIns.size]).toEqual(["ended", 1])
  })

  it("are told of again if there are others", async () => {
    const second = {
      id: "place",
      name: "Place",
      kind: "text",
      required: true,
      when: { field: "weather", is: "sun" },
    } as const
    const { work, port, session } = opened("label", {
      questions: [...(loose.questions ?? []), second],
      strictness: loose.strictness ?? {},
    })
    await work.submit()
    setAnswer(session, "weather", "sun")
    await work.submit()
    expect(work.faults).toMatchObject([{ path: "/answers/place" }])
    expect(port.handIns.size).toBe(0)
  })

  it("are not seen where a project ignores them", async () => {
    const { work, port } = opened("label", { ...ontology, strictness: { required: "ignore" } })
    await work.submit()
    expect([work.faults, port.handIns.size]).toEqual([[], 1])
  })
})

describe("nextFault", () => {
  it("walks through all and begins anew, and looks afresh each time", () => {
    const two: Ontology = { questions: ["a", "b"].map((id) => ({ id, name: id, kind: "text", required: true })) }
    const { work, session } = opened("label", two)
    const paths = () => work.nextFault()?.path
    expect([paths(), paths(), paths()]).toEqual(["/answers/a", "/answers/b", "/answers/a"])
    setAnswer(session, "a", "x")
    setAnswer(session, "b", "x")
    expect(work.nextFault()).toBeNull()
  })
})
