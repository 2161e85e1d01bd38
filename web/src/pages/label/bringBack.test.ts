import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bringBack } from "./bringBack.ts"
import type { HandedIn } from "./outbox.svelte.ts"
import type { Turn } from "./server.ts"

const annotation = { version: 1, marks: [], answers: { light: "day" }, links: [] } as const
const turn = { visit: 2 } as Turn

function decided(isChanged: boolean): HandedIn {
  const verdict = { decision: "fix", reasons: [], note: "", isChanged } as const
  const beats = [{ from: 0, to: 1000 }]
  return { assignmentId: "a", orgId: "o", personId: "ada", name: "a.jpg", key: "k", annotation, verdict, beats }
}

function opened() {
  const asked: unknown[] = []
  const answer = async (path: string, { body }: { body?: unknown }) => void asked.push([path, body])
  const again = async (org: string, id: string) => {
    asked.push(["again", org, id])
    return turn
  }
  const api = { post: answer, put: answer } as never
  return { asked, parts: { api, desk: { again }, device: "laptop" } }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 2000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const beat = {
  now: "1970-01-01T00:00:02.000Z",
  intervals: [{ from: "1970-01-01T00:00:00.000Z", to: "1970-01-01T00:00:01.000Z" }],
}

describe("bringBack", () => {
  it("counts the time and renews the lease, then fetches the turn", async () => {
    const { asked, parts } = opened()
    expect(await bringBack(parts, decided(false))).toBe(turn)
    expect(asked).toEqual([
      ["/api/v1/assignments/{id}/beat", beat],
      ["again", "o", "a"],
    ])
  })
  it("keeps what was changed as the draft that it comes back with", async () => {
    const { asked, parts } = opened()
    await bringBack(parts, decided(true))
    const draft = { seq: 2000, annotation, device: "laptop", keep_replaced: true }
    expect(asked[1]).toEqual(["/api/v1/assignments/{id}/draft", draft])
  })
})
