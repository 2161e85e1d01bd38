import { describe, expect, it } from "vitest"
import { landing, offered } from "./words.ts"

const peek = (kind: "member" | "work", role: string) => ({ kind, role, organisation: "Acme", email: null })

describe("offered", () => {
  it("says what a worker will do, and for whom", () =>
    expect(offered(peek("work", "worker"))).toBe("You are invited to work for Acme: to label."))
  it("says what a member may do", () =>
    expect(offered(peek("member", "owner"))).toBe("You are invited as an owner, who runs everything here."))
  it("names a role that it does not know", () =>
    expect(offered(peek("member", "auditor"))).toBe("You are invited as auditor."))
})

describe("landing", () => {
  it("is the work list for workers and home for members", () => {
    expect(landing({ kind: "work" })).toBe("/work")
    expect(landing({ kind: "member" })).toBe("/")
  })
})
