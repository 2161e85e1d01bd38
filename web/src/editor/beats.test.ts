import { describe, expect, it } from "vitest"
import { ActivityMeter, BEAT_MS } from "./activity.ts"
import { BeatSender } from "./beats.ts"
import { FakeClock, FakePort } from "./testing.ts"

function started() {
  const clock = new FakeClock(0)
  const port = new FakePort()
  const meter = new ActivityMeter(0, { visible: true, focused: true })
  const sender = new BeatSender(port, "a1", meter, clock)
  sender.start()
  return { clock, port, meter, sender }
}

describe("BeatSender", () => {
  it("sends what was measured, every 15 seconds", async () => {
    const { clock, port } = started()
    await clock.pass(2 * BEAT_MS)
    expect(port.beats).toEqual([
      { from: 0, to: BEAT_MS },
      { from: BEAT_MS, to: 2 * BEAT_MS },
    ])
  })

  it("keeps beats through a lost network and sends them joined, once", async () => {
    const { clock, port } = started()
    port.isOffline = true
    await clock.pass(2 * BEAT_MS)
    expect(port.beats).toEqual([])
    port.isOffline = false
    await clock.pass(BEAT_MS)
    expect(port.beats).toEqual([{ from: 0, to: 3 * BEAT_MS }])
  })

  it("lets go of beats that the server will never take", async () => {
    const { clock, port, sender } = started()
    port.refusal = "The lease is over."
    await clock.pass(BEAT_MS)
    expect(sender.unsent).toEqual([])
  })

  it("gives the work all that the server has not confirmed, and sends none of it afterwards", async () => {
    const { clock, port, sender } = started()
    port.isOffline = true
    await clock.pass(BEAT_MS + 1000)
    expect(sender.outstanding()).toEqual([{ from: 0, to: BEAT_MS + 1000 }])
    sender.settle()
    port.isOffline = false
    await clock.pass(2 * BEAT_MS)
    await sender.send()
    expect(port.beats.filter(({ from }) => from < BEAT_MS + 1000)).toEqual([])
  })

  it("sends nothing while nobody works", async () => {
    const { clock, port, meter } = started()
    meter.setVisible(false, 0)
    await clock.pass(4 * BEAT_MS)
    expect(port.beats).toEqual([])
  })
})
