import { describe, expect, it } from "vitest"
import { ApiError, asProblem, offline, problemOf } from "./problem.ts"

describe("problemOf", () => {
  it("takes the server's words as they are", () => {
    const body = {
      error: {
        code: "bad_email",
        message: "'x' is no address.",
        mend: "Write it as name@host.",
        request_id: "r1",
        fields: { field: "email" },
      },
    }
    expect(problemOf(422, body)).toEqual({
      code: "bad_email",
      message: "'x' is no address.",
      mend: "Write it as name@host.",
      requestId: "r1",
      fields: { field: "email" },
    })
  })
  it("says in the product's words what the framework says of an unknown address", () => {
    const { message, mend } = problemOf(404, { error: { code: "not_found", message: "Not Found", mend: "" } })
    expect([message, mend]).toEqual(["There is no such thing here.", "Check the address."])
  })
  it("does not add advice to a message that has none of its own", () => {
    expect(problemOf(404, { error: { code: "not_found", message: "No such task." } }).mend).toBe("")
  })
  it.each([undefined, null, "<html>", [], { error: "x" }, { error: { message: 7, fields: [] } }])(
    "finds words for an answer such as %j",
    (body) => {
      const problem = problemOf(502, body)
      expect(problem.code).toBe("unavailable")
      expect(problem.message).not.toBe("")
      expect(problem.mend).not.toBe("")
      expect(problem.fields).toEqual({})
    },
  )
  it("has words for the statuses that people meet, and names others", () => {
    for (const status of [401, 403, 404, 409, 413, 429]) expect(problemOf(status, null).mend).not.toBe("")
    expect(problemOf(418, null).message).toContain("418")
  })
})

describe("asProblem", () => {
  it("keeps an API error", () => {
    const error = new ApiError(problemOf(404, null), 404)
    expect(asProblem(error)).toBe(error)
    expect(asProblem(offline(new TypeError("Failed to fetch")))).toMatchObject({ code: "offline" })
  })
  it("owns up to a mistake of the page", () => {
    expect(asProblem(new Error("x is undefined"))).toMatchObject({
      code: "fault",
      fields: { reason: "x is undefined" },
    })
    expect(asProblem("text")).toMatchObject({ code: "fault", fields: { reason: "text" } })
  })
})
