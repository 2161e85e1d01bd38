import { describe, expect, it, vi } from "vitest"
import type { Call } from "./client.ts"
import { backOff, Client, cookie, newKey } from "./client.ts"
import { ApiError } from "./problem.ts"

const ok = (body: unknown = {}) => Response.json(body)
const failed = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ error: { code: "busy", message: "Busy.", mend: "Wait." } }, { status, headers })

/** A client over a server that gives these answers in turn, a thrown error for each Error among them. */
function over(...answers: (Response | Error)[]) {
  const requests: { url: string; init: RequestInit & { headers: Record<string, string> } }[] = []
  const waits: number[] = []
  const client = new Client({
    fetch: async (url, init) => {
      requests.push({ url, init: init as RequestInit & { headers: Record<string, string> } })
      const answer = answers.shift()
      if (!answer || answer instanceof Error) throw answer ?? new Error("no answer left")
      return answer
    },
    cookies: () => "theme=dark; fairmark_csrf=t%2Fk; other=1",
    sleep: async (ms) => {
      waits.push(ms)
    },
    random: () => 0.5,
  })
  return { client, requests, waits }
}

const get: Call = { method: "GET", path: "/api/v1/projects" }
const post: Call = { method: "POST", path: "/api/v1/projects", body: { name: "Streets" } }
const problem = async (sent: Promise<unknown>) => {
  const thrown = await sent.catch((error: unknown) => error)
  if (!(thrown instanceof ApiError)) throw new Error(`expected an ApiError, got ${String(thrown)}`)
  return thrown
}

describe("Client", () => {
  it("asks for JSON, for the organisation, with the query written out", async () => {
    const { client, requests } = over(ok({ rows: [] }))
    client.organisation = "o1"
    expect(await client.json({ ...get, query: { class: ["car", "bus"], after: null } })).toEqual({ rows: [] })
    expect(requests[0]?.url).toBe("/api/v1/projects?class=car&class=bus")
    expect(requests[0]?.init.headers).toEqual({ Accept: "application/json", "X-Fairmark-Org": "o1" })
  })

  it("sends the CSRF cookie back with what writes, and not with what reads", async () => {
    const { client, requests } = over(ok(), ok())
    await client.json(post)
    await client.json(get)
    expect(requests[0]?.init.headers["X-Fairmark-CSRF"]).toBe("t/k")
    expect(requests[0]?.init.body).toBe('{"name":"Streets"}')
    expect(requests[0]?.init.headers["Content-Type"]).toBe("application/json")
    expect(requests[1]?.init.headers).not.toHaveProperty("X-Fairmark-CSRF")
  })

  it("sends files as they are", async () => {
    const { client, requests } = over(ok())
    const blob = new Blob(["x"], { type: "image/png" })
    await client.json({ method: "PUT", path: "/x", body: blob })
    expect(requests[0]?.init.body).toBe(blob)
    expect(requests[0]?.init.headers).not.toHaveProperty("Content-Type")
  })

  it("gives undefined for an empty answer, and a problem for one that is no JSON", async () => {
    const { client } = over(new Response(null, { status: 204 }), new Response("<html>"))
    expect(await client.json(get)).toBeUndefined()
    expect((await problem(client.json(get))).code).toBe("unreadable")
  })

  it("throws the server's problem", async () => {
    const { client } = over(failed(422))
    expect(await problem(client.json(get))).toMatchObject({ code: "busy", status: 422, mend: "Wait." })
  })

  it("says when nobody is signed in", async () => {
    const { client } = over(Response.json({ error: { code: "not_signed_in", message: "No." } }, { status: 401 }))
    client.onSignedOut = vi.fn()
    await problem(client.json(get))
    expect(client.onSignedOut).toHaveBeenCalledTimes(1)
  })

  describe("tries again", () => {
    it("what reads: after 0.3, 0.6 and 1.2 s with even chances, then gives up", async () => {
      const { client, requests, waits } = over(new TypeError("x"), failed(503), failed(502), failed(504))
      expect((await problem(client.json(get))).status).toBe(504)
      expect(requests).toHaveLength(4)
      expect(waits).toEqual([300, 600, 1_200])
    })
    it("until it works", async () => {
      const { client } = over(failed(503), ok({ done: true }))
      expect(await client.json(get)).toEqual({ done: true })
    })
    it("when the server wants it, unless that is long", async () => {
      const soon = over(failed(429, { "Retry-After": "3" }), ok())
      await soon.client.json(get)
      expect(soon.waits).toEqual([3_000])
      const late = over(failed(429, { "Retry-After": "60" }))
      expect((await problem(late.client.json(get))).retryAfterS).toBe(60)
    })
    it("not what writes, unless it may be repeated or carries a key", async () => {
      const once = over(failed(503))
      await problem(once.client.json(post))
      expect(once.requests).toHaveLength(1)
      const keyed = over(failed(503), ok())
      await keyed.client.json({ ...post, key: "k1" })
      expect(keyed.requests.map(({ init }) => init.headers["Idempotency-Key"])).toEqual(["k1", "k1"])
      const repeatable = over(failed(503), ok())
      await repeatable.client.json({ ...post, repeatable: true })
      expect(repeatable.requests).toHaveLength(2)
    })
    it("not what will not pass by itself", async () => {
      const { client, requests } = over(failed(409))
      await problem(client.json(get))
      expect(requests).toHaveLength(1)
    })
  })

  it("tells the connection of answers and of silence", async () => {
    const { client } = over(new TypeError("Failed to fetch"), failed(503))
    const connection = { reached: vi.fn(), lost: vi.fn() }
    client.connection = connection
    expect(await problem(client.send({ ...post }))).toMatchObject({
      code: "offline",
      status: 0,
      fields: { reason: "Failed to fetch" },
    })
    expect(connection.lost).toHaveBeenCalledTimes(1)
    await problem(client.send({ ...post }))
    expect(connection.reached).toHaveBeenCalledTimes(1)
  })

  it("ends with the caller's own reason, and then blames no network", async () => {
    const { client } = over(new DOMException("aborted", "AbortError"))
    client.connection = { reached: vi.fn(), lost: vi.fn() }
    const reason = new Error("another page")
    await expect(client.send({ ...get, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(client.connection.lost).not.toHaveBeenCalled()
  })

  it("says so when the answer takes too long", async () => {
    const client = new Client({
      cookies: () => "",
      fetch: (_, { signal }) =>
        new Promise((_done, gaveUp) => signal?.addEventListener("abort", () => gaveUp(signal.reason))),
    })
    expect((await problem(client.send({ ...post, timeout_s: 0.02 }))).code).toBe("timed_out")
  })
})

describe("backOff", () => {
  it("doubles, keeps half to chance and heeds the server", () => {
    expect(backOff(1, null, 0)).toBe(200)
    expect(backOff(1, null, 1)).toBe(400)
    expect(backOff(3, null, 1)).toBe(1_600)
    expect(backOff(1, 2, 1)).toBe(2_000)
  })
})

describe("cookie", () => {
  it("finds one among others by its whole name", () => {
    expect(cookie("a=1; fairmark_csrf=x=y; b=2", "fairmark_csrf")).toBe("x=y")
    expect(cookie("old_fairmark_csrf=1", "fairmark_csrf")).toBeNull()
    expect(cookie("", "fairmark_csrf")).toBeNull()
  })
})

describe("newKey", () => {
  it("is new each time and fits a header", () => {
    const keys = new Set(Array.from({ length: 100 }, newKey))
    expect(keys.size).toBe(100)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
  })
})
