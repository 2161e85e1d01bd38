// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest"
import { Client } from "./client.ts"
import type { Belonging, Me } from "./session.svelte.ts"
import { Session } from "./session.svelte.ts"

const belonging = (id: string): Belonging => ({
  id,
  name: `Name ${id}`,
  display_name: `Shown ${id}`,
  member_role: "owner",
  worker_id: null,
  alias: null,
  work_roles: [],
})
const me: Me = {
  person: { id: "p", name: "Ada", email: "ada@example.org", is_admin: false, preferences: {} },
  organisations: [belonging("a"), belonging("b")],
  closed: [],
}
const refused = () =>
  Response.json({ error: { code: "not_signed_in", message: "Nobody is signed in.", mend: "" } }, { status: 401 })

/** A session over a server that gives these answers in turn, and what it was asked. */
function over(...answers: Response[]) {
  const asked: string[] = []
  const client = new Client({
    fetch: async (url, { method }) => {
      asked.push(`${method} ${url}`)
      return answers.shift() ?? new Response(null, { status: 500 })
    },
    sleep: async () => {},
  })
  return { client, session: new Session(client), asked }
}

beforeEach(() => localStorage.clear())

describe("Session", () => {
  it("knows who is signed in once the server has said", async () => {
    const { client, session } = over(Response.json(me))
    expect(session.state).toBe("unknown")
    await session.load()
    expect([session.state, session.me?.person.name, session.organisation?.id]).toEqual(["in", "Ada", "a"])
    expect(client.organisation).toBe("a")
  })

  it("is out where the server knows nobody", async () => {
    const { session } = over(refused())
    await session.load()
    expect([session.state, session.organisation]).toEqual(["out", null])
  })

  it("stays unknown, and says why, where the server does not answer", async () => {
    const { session } = over()
    await session.load()
    expect(session.state).toBe("unknown")
    expect(session.problem?.code).toBe("unavailable")
  })

  it("signs in and out", async () => {
    const { client, session, asked } = over(
      Response.json({ token: "t", csrf: "c", me }),
      new Response(null, { status: 204 }),
    )
    await session.signIn("ada@example.org", "secret")
    expect(session.state).toBe("in")
    await session.signOut()
    expect([session.state, client.organisation]).toEqual(["out", null])
    expect(asked).toEqual(["POST /api/v1/sign-in", "POST /api/v1/sign-out"])
  })

  it("is out as soon as any answer says so", async () => {
    const { client, session } = over(Response.json(me), refused())
    await session.load()
    await client.json({ method: "GET", path: "/api/v1/projects" }).catch(() => {})
    expect(session.state).toBe("out")
  })

  it("asks anew, once, what the person still has when an organisation is closed", async () => {
    const error = { code: "organisation_closed", message: "This organisation is closed.", mend: "" }
    const gone = () => Response.json({ error }, { status: 403 })
    const left: Me = {
      ...me,
      organisations: [belonging("b")],
      closed: [{ ...belonging("a"), closed_at: "2026-01-01" }],
    }
    const { client, session, asked } = over(Response.json(me), gone(), gone(), Response.json(left))
    await session.load()
    const ask = () => client.json({ method: "GET", path: "/api/v1/projects" }).catch(() => {})
    await Promise.all([ask(), ask()])
    await vi.waitFor(() => expect(session.organisation?.id).toBe("b"))
    expect(session.me?.closed.map(({ id }) => id)).toEqual(["a"])
    expect(asked.filter((one) => one.endsWith("/me"))).toHaveLength(2)
  })

  it("remembers the organisation, unless the person has left it", async () => {
    const first = over(Response.json(me))
    await first.session.load()
    first.session.choose("b")
    expect(first.client.organisation).toBe("b")
    const second = over(Response.json(me))
    await second.session.load()
    expect(second.session.organisation?.id).toBe("b")
    const left = over(Response.json({ ...me, organisations: [belonging("a")] }))
    await left.session.load()
    expect(left.client.organisation).toBe("a")
  })
})
