import { describe, expect, it } from "vitest"
import { access, signInPath } from "./access.ts"

describe("access", () => {
  it("lets anyone see what is for anyone", () => {
    for (const state of ["unknown", "in", "out"] as const) expect(access({ for: "anyone" }, state)).toBe("show")
  })
  it("asks before it shows or refuses what is for people signed in", () => {
    expect(access({ for: "signed-in" }, "unknown")).toBe("ask")
    expect(access({ for: "signed-in" }, "in")).toBe("show")
    expect(access({ for: "signed-in" }, "out")).toBe("sign-in")
  })
})

describe("signInPath", () => {
  it("keeps the way back", () => {
    expect(signInPath("/projects/7?tab=review")).toBe("/sign-in?next=%2Fprojects%2F7%3Ftab%3Dreview")
    expect(signInPath("/")).toBe("/sign-in")
  })
})
