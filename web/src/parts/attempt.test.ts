import { beforeEach, describe, expect, it } from "vitest"
import { ApiError } from "#api/problem.ts"
import { attempt } from "./attempt.ts"
import { toasts } from "./toasts.svelte.ts"

const told = () => toasts.list.map(({ tone, title, text }) => [tone, title, text])

beforeEach(() => {
  for (const { id } of [...toasts.list]) toasts.dismiss(id)
})

describe("attempt", () => {
  it("tells in the caller's words that it is done", async () => {
    expect(await attempt(() => Promise.resolve(1), "Saved.")).toBe(true)
    expect(told()).toEqual([["good", "Saved.", undefined]])
  })

  it("tells in the server's words why it is not, and what to do", async () => {
    const problem = {
      code: "last_owner",
      message: "It needs an owner.",
      mend: "Make one.",
      requestId: null,
      fields: {},
    }
    expect(await attempt(() => Promise.reject(new ApiError(problem, 409)), "Saved.")).toBe(false)
    expect(told()).toEqual([["bad", "It needs an owner.", "Make one."]])
  })
})
