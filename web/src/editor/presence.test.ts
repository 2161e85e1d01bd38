import { describe, expect, it } from "vitest"
import { kindTable } from "./kind.ts"
import { AWAY_MS, watchPresence } from "./presence.ts"
import { Session } from "./session.ts"
import { MemoryShelf } from "./shelf.ts"
import { FakeClock, FakePort, settled } from "./testing.ts"
import { Work } from "./work.ts"

/** A window made of event targets: all that is listened to. */
class FakeWindow extends EventTarget {
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => true })

  tell(type: string): void {
    this.dispatchEvent(new Event(type))
  }

  show(state: "visible" | "hidden"): void {
    this.document.visibilityState = state
    this.document.dispatchEvent(new Event("visibilitychange"))
  }
}

function watched() {
  const clock = new FakeClock(0)
  const port = new FakePort()
  const session = new Session({ ontology: {}, kinds: kindTable([]), assets: [], document: {}, mode: "label" })
  const work = new Work({
    session,
    port,
    shelf: new MemoryShelf(),
    clock,
    assignmentId: "a1",
    seq: 0,
    handInKey: "k",
    watching: { visible: false, focused: false },
  })
  const page = new FakeWindow()
  const stop = watchPresence(work, page as unknown as Window, clock)
  return { clock, port, page, stop, work }
}

describe("watchPresence", () => {
  it("counts keys and pointers as signs of life", async () => {
    const { clock, page, work } = watched()
    await clock.pass(100_000)
    page.tell("keydown")
    await clock.pass(100_000)
    expect(work.meter.collect(200_000)).toEqual([{ from: 0, to: 200_000 }])
  })

  it("stops with the page hidden, and sends what is left at once", async () => {
    const { clock, page, port } = watched()
    await clock.pass(5000)
    page.show("hidden")
    await settled()
    expect(port.beats).toEqual([{ from: 0, to: 5000 }])
    await clock.pass(5000)
    page.show("visible")
    page.tell("pagehide")
    await settled()
    expect(port.beats).toEqual([{ from: 0, to: 5000 }])
  })

  it("stops while another window has the focus", async () => {
    const { clock, page, work } = watched()
    await clock.pass(1000)
    page.tell("blur")
    await clock.pass(1000)
    page.tell("focus")
    await clock.pass(1000)
    expect(work.meter.collect(3000)).toEqual([
      { from: 0, to: 1000 },
      { from: 2000, to: 3000 },
    ])
  })

  it("listens no longer once stopped", async () => {
    const { clock, page, work, stop } = watched()
    stop()
    await clock.pass(200_000)
    page.tell("keydown")
    expect(work.meter.isActive(200_000)).toBe(false)
  })

  it("looks for what was done on another device after a while away, not after a moment", async () => {
    const { clock, page, port } = watched()
    await clock.pass(1000)
    page.tell("blur")
    await clock.pass(AWAY_MS - 1)
    port.saveElsewhere(3, { a: 1 }, "tablet")
    page.tell("focus")
    await settled()
    expect(port.loads).toBe(0)
    page.show("hidden")
    await clock.pass(AWAY_MS)
    page.show("visible")
    page.tell("focus")
    await settled()
    expect(port.loads).toBe(1)
  })
})
