import { describe, expect, expectTypeOf, it } from "vitest"
import type { Params } from "./paths.ts"
import { afterSignIn, matchPath, pathTo, queryText, specificity } from "./paths.ts"

describe("Params", () => {
  it("knows the names in a pattern", () => {
    expectTypeOf<Params<"/projects/:project/items/:item">>().toEqualTypeOf<{
      readonly project: string
      readonly item: string
    }>()
    expectTypeOf<keyof Params<"/design">>().toEqualTypeOf<never>()
  })
})

describe("matchPath", () => {
  it("reads parameters and unescapes them", () => {
    expect(matchPath("/projects/:project/items/:item", "/projects/7/items/a%2Fb%20c")).toEqual({
      project: "7",
      item: "a/b c",
    })
  })
  it("lets a slash at the end pass", () => expect(matchPath("/projects", "/projects/")).toEqual({}))
  it("fits whole paths only", () => {
    expect(matchPath("/projects", "/projects/7")).toBeNull()
    expect(matchPath("/projects/:project", "/projects")).toBeNull()
    expect(matchPath("/projects/:project", "/project/7")).toBeNull()
  })
  it("fits the home address", () => expect(matchPath("/", "/")).toEqual({}))
  it("fits nothing where the address is badly escaped", () => expect(matchPath("/:name", "/%E0%A4%A")).toBeNull())
})

describe("queryText", () => {
  it("writes lists as repeated names and leaves out what is not there", () => {
    expect(queryText({ class: ["car", "bus"], state: undefined, page: 2, all: false, note: null })).toBe(
      "?class=car&class=bus&page=2&all=false",
    )
    expect(queryText({})).toBe("")
  })
})

describe("pathTo", () => {
  it("is the inverse of matchPath for any value", () => {
    for (const value of ["7", "a/b", "ü ?#&", "..", "%25"]) {
      const path = pathTo("/projects/:project/review", { project: value })
      expect(matchPath("/projects/:project/review", path)).toEqual({ project: value })
    }
  })
  it("adds the query", () => expect(pathTo("/work", {}, { only: "mine" })).toBe("/work?only=mine"))
  it("refuses an empty parameter", () => {
    expect(() => pathTo("/projects/:project", { project: "" })).toThrow(/needs project/)
  })
})

describe("specificity", () => {
  it("puts a fixed word before a parameter, from the left", () => {
    const patterns = ["/projects/:project", "/projects/new", "/:any/new"]
    expect(patterns.toSorted((one, other) => (specificity(one) < specificity(other) ? 1 : -1))).toEqual([
      "/projects/new",
      "/projects/:project",
      "/:any/new",
    ])
  })
})

describe("afterSignIn", () => {
  it("goes back to where the person came from", () => expect(afterSignIn("/projects/7?a=1")).toBe("/projects/7?a=1"))
  it.each([null, "", "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/sign-in"])(
    "goes home for %j",
    (next) => expect(afterSignIn(next)).toBe("/"),
  )
})
