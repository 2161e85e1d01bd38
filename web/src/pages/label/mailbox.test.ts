import { describe, expect, it, vi } from "vitest"
import { PortError } from "#editor/port.ts"
import { FakeClock, settled } from "#editor/testing.ts"
import type { Thread } from "#editor/threads.ts"
import { type Letter, Mailbox } from "./mailbox.ts"

const thread: Thread = { id: "t", asset: 0, markId: null, at: null, comments: [], settledBy: null }
const pin = { asset: 0, markId: null, at: null }

function letter(key: string, personId = "ada"): Letter {
  return { assignmentId: "a", orgId: "o", personId, said: { key, threadId: null, pin, text: key } }
}

function storageOf(letters: readonly Letter[] = []) {
  let kept: string | null = JSON.stringify(letters)
  return {
    getItem: () => kept,
    setItem: (_: string, value: string) => {
      kept = value
    },
    get keys() {
      return (JSON.parse(kept ?? "[]") as Letter[]).map(({ said }) => said.key)
    },
  }
}

describe("speak", () => {
  it("keeps what is said until the server has it", async () => {
    const storage = storageOf()
    let arrive: (thread: Thread) => void = () => {}
    const send = () => new Promise<Thread>((resolve) => (arrive = resolve))
    const mailbox = new Mailbox({ storage, personId: "ada", clock: new FakeClock(), send })
    const spoken = mailbox.speak(letter("1"))
    expect(mailbox.unsaid("a").map(({ key }) => key)).toEqual(["1"])
    expect(mailbox.unsaid("b")).toEqual([])
    arrive(thread)
    expect(await spoken).toBe(thread)
    expect(storage.keys).toEqual([])
    expect([mailbox.hasSpokenAt("a"), mailbox.hasSpokenAt("b")]).toEqual([true, false])
  })

  it("sends the same again while the network is away, at once when it is back", async () => {
    const clock = new FakeClock()
    const offline = new PortError("offline", "No network.")
    const send = vi
      .fn<(letter: Letter) => Promise<Thread>>()
      .mockRejectedValueOnce(offline)
      .mockRejectedValueOnce(offline)
    send.mockResolvedValue(thread)
    const mailbox = new Mailbox({ storage: storageOf(), personId: "ada", clock, send })
    const spoken = mailbox.speak(letter("1"))
    await settled()
    expect(send).toHaveBeenCalledTimes(1)
    await clock.pass(1000)
    await settled()
    expect(send).toHaveBeenCalledTimes(2)
    mailbox.networkIsBack()
    await spoken
    expect(send.mock.calls.map(([sent]) => sent.said.key)).toEqual(["1", "1", "1"])
  })

  it("does not send one beside itself", async () => {
    const send = vi.fn(async () => thread)
    const mailbox = new Mailbox({ storage: storageOf(), personId: "ada", clock: new FakeClock(), send })
    await Promise.all([mailbox.speak(letter("1")), mailbox.speak(letter("1"))])
    expect(send).toHaveBeenCalledTimes(1)
  })

  it("forgets what is refused, and says why", async () => {
    const storage = storageOf()
    const send = async () => {
      throw new PortError("refused", "Too many.")
    }
    const mailbox = new Mailbox({ storage, personId: "ada", clock: new FakeClock(), send })
    await expect(mailbox.speak(letter("1"))).rejects.toThrow("Too many.")
    expect(storage.keys).toEqual([])
  })
})

describe("flush", () => {
  it("sends what an earlier visit left, and nothing of another person", async () => {
    const storage = storageOf([letter("1"), letter("2", "ben")])
    const send = vi.fn<(letter: Letter) => Promise<Thread>>().mockResolvedValue(thread)
    new Mailbox({ storage, personId: "ada", clock: new FakeClock(), send }).flush()
    await settled()
    expect(send.mock.calls.map(([sent]) => sent.said.key)).toEqual(["1"])
    expect(storage.keys).toEqual(["2"])
  })
})
