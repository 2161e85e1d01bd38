import { describe, expect, expectTypeOf, it } from "vitest"
import { Client } from "./client.ts"
import { rowsOf } from "./pages.ts"
import type { components, paths } from "./schema.d.ts"
import type { PathsFor } from "./typed.ts"
import { filled, typed } from "./typed.ts"

type Project = components["schemas"]["Project"]

/** The server's types over a server that gives these answers in turn, and what it was asked. */
function over(...answers: unknown[]) {
  const asked: string[] = []
  const client = new Client({
    cookies: () => "",
    fetch: async (url, { method, body }) => {
      asked.push(`${method} ${url}${body ? ` ${String(body)}` : ""}`)
      return Response.json(answers.shift())
    },
  })
  return { api: typed<paths>(client), asked }
}

describe("filled", () => {
  it("writes parameters in, escaped", () => {
    expect(filled("/projects/{project_id}/items/{item}", { project_id: "7", item: "a/b" })).toBe(
      "/projects/7/items/a%2Fb",
    )
  })
  it("refuses to make another path of one whose parameter is missing", () => {
    expect(() => filled("/projects/{project_id}", {})).toThrow(/needs project_id/)
    expect(() => filled("/projects/{project_id}", { project_id: "" })).toThrow(/needs project_id/)
  })
})

describe("typed", () => {
  it("sends what the types ask for", async () => {
    const { api, asked } = over({ id: "7" }, { id: "7" })
    await api.get("/api/v1/projects/{project_id}", { path: { project_id: "7" } })
    await api.post("/api/v1/sign-in", { body: { email: "a@b.c", password: "x" } })
    expect(asked).toEqual(["GET /api/v1/projects/7", 'POST /api/v1/sign-in {"email":"a@b.c","password":"x"}'])
  })

  it("follows pages with the query kept", async () => {
    const { api, asked } = over({ rows: [{ id: "1" }], next: "c" }, { rows: [{ id: "2" }], next: null })
    const ids: string[] = []
    for await (const project of rowsOf(api.pages("/api/v1/projects", { query: { limit: 1 } }))) ids.push(project.id)
    expect(ids).toEqual(["1", "2"])
    expect(asked).toEqual(["GET /api/v1/projects?limit=1", "GET /api/v1/projects?limit=1&after=c"])
  })

  it("knows every path, parameter and answer", () => {
    const { api } = over()
    expectTypeOf<"/api/v1/me">().toExtend<PathsFor<paths, "get">>()
    expectTypeOf<"/api/v1/sign-in">().not.toExtend<PathsFor<paths, "get">>()
    expectTypeOf(() => api.get("/api/v1/me")).returns.resolves.toEqualTypeOf<components["schemas"]["Me"]>()
    expectTypeOf(() => api.post("/api/v1/sign-out")).returns.resolves.toEqualTypeOf<undefined>()
    const pages = () => rowsOf(api.pages("/api/v1/projects"))
    expectTypeOf<Awaited<ReturnType<ReturnType<typeof pages>["next"]>>["value"]>().toExtend<Project | undefined>()
    // @ts-expect-error the project is missing
    expect(() => api.get("/api/v1/projects/{project_id}")).toThrow(/project_id/)
  })
})
