import { describe, expect, it, vi } from "vitest"
import { type Channel, Tabs } from "./tabs.ts"

/** Channels of one name: what one says, all others hear. */
function channels(count: number): Channel[] {
  const all: Channel[] = []
  for (let at = 0; at < count; at++) {
    const channel: Channel = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of all) if (other !== channel) other.onmessage?.({ data } as MessageEvent)
      },
      close: () => all.splice(all.indexOf(channel), 1),
    }
    all.push(channel)
  }
  return all
}

function two() {
  const [first, second] = channels(2) as [Channel, Channel]
  const told = { one: vi.fn(), other: vi.fn() }
  return { one: new Tabs(first, "one", told.one), other: new Tabs(second, "other", told.other), told }
}

describe("Tabs", () => {
  it("tells both tabs that they work at one task, whoever came first, and when that is over", () => {
    const { one, other, told } = two()
    one.hold(["t1"])
    expect(told.one).toHaveBeenLastCalledWith(false)
    other.hold(["t1"])
    expect([told.one.mock.lastCall, told.other.mock.lastCall]).toEqual([[true], [true]])
    other.hold(["t2"])
    expect([told.one.mock.lastCall, told.other.mock.lastCall]).toEqual([[false], [false]])
  })

  it("knows what is open elsewhere, and forgets what has been closed", async () => {
    const { one, other } = two()
    other.hold(["t1", "t2"])
    expect(await one.elsewhere()).toEqual(new Set(["t1", "t2"]))
    other.close()
    expect(await one.elsewhere()).toEqual(new Set())
  })

  it("tells of drafts of the task that both have, and of no other", () => {
    const { one, other } = two()
    const heard = vi.fn()
    other.onSaved = heard
    other.hold(["t1"])
    one.saved("t2", 4)
    one.saved("t1", 5)
    expect(heard.mock.calls).toEqual([["t1", 5]])
  })

  it("is alone where the browser has no channel", async () => {
    const told = vi.fn()
    const tabs = new Tabs(null, "one", told)
    tabs.hold(["t1"])
    expect([told.mock.lastCall, await tabs.elsewhere()]).toEqual([[false], new Set()])
  })
})
