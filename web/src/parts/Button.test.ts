// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest"
import Button from "./Button.svelte"
import { click, draw, words } from "./mounting.ts"

describe("Button", () => {
  it("does what it is for", () => {
    const onclick = vi.fn()
    const button = draw(Button, { children: words("Save"), onclick }).querySelector("button")
    click(button)
    expect(onclick).toHaveBeenCalledTimes(1)
    expect(button?.type).toBe("button")
  })

  it("stays reachable where it cannot be used, and says why", () => {
    const onclick = vi.fn()
    const button = draw(Button, { children: words("Publish"), onclick, why: "Add a class first." }).querySelector(
      "button",
    )
    click(button)
    expect(onclick).not.toHaveBeenCalled()
    expect(button?.disabled).toBe(false)
    expect(button?.getAttribute("aria-disabled")).toBe("true")
    expect(button?.dataset.tip).toBe("Add a class first.")
  })

  it("takes no second click while it is busy", () => {
    const onclick = vi.fn()
    click(draw(Button, { children: words("Save"), onclick, busy: true }).querySelector("button"))
    expect(onclick).not.toHaveBeenCalled()
  })

  it("is a link where it leads somewhere, unless it is off", () => {
    const on = draw(Button, { children: words("Open"), href: "/work" })
    expect(on.querySelector("a")?.getAttribute("href")).toBe("/work")
    const off = draw(Button, { children: words("Open"), href: "/work", disabled: true })
    expect(off.querySelector("a")).toBeNull()
  })
})
