import { describe, expect, it } from "vitest"
import type { Icon } from "./icons.ts"
import { currentItem } from "./shell.ts"

const item = (href: string) => ({ label: href, href, icon: (() => {}) as unknown as Icon })
const groups = [{ items: [item("/"), item("/projects")] }, { title: "One", items: [item("/projects/7/review")] }]
const current = (path: string) => currentItem(groups, path)?.href ?? null

describe("currentItem", () => {
  it("is the item of the page itself", () => expect(current("/projects")).toBe("/projects"))
  it("is the nearest item above the page", () => {
    expect(current("/projects/7")).toBe("/projects")
    expect(current("/projects/7/review/12")).toBe("/projects/7/review")
  })
  it("compares whole segments", () => expect(current("/projects-old")).toBeNull())
  it("takes the home address for itself alone", () => {
    expect(current("/")).toBe("/")
    expect(current("/members")).toBeNull()
  })
})
