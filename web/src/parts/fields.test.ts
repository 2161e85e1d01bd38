// @vitest-environment jsdom
import { flushSync } from "svelte"
import { describe, expect, it, vi } from "vitest"
import ColorPicker from "./ColorPicker.svelte"
import ErrorPanel from "./ErrorPanel.svelte"
import { click, draw, measure, press, type, words } from "./mounting.ts"
import NumberField from "./NumberField.svelte"
import SplitPane from "./SplitPane.svelte"
import TextField from "./TextField.svelte"

/** The text that readers hear with a control: its label, then what describes it. */
function heard(drawn: HTMLElement): string {
  const control = drawn.querySelector("input")
  const label = drawn.querySelector(`label[for="${control?.id}"]`)
  const rest = (control?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
  return [label, ...rest.map((id) => document.getElementById(id))]
    .map((element) => element?.textContent?.replaceAll(/\s+/g, " ").trim())
    .join(" / ")
}

describe("TextField", () => {
  it("tells readers its label, help and error", () => {
    const drawn = draw(TextField, { label: "Name", help: "Members see it.", error: "Too short. Write three letters." })
    expect(heard(drawn)).toBe("Name / Members see it. / Too short. Write three letters.")
    expect(drawn.querySelector("input")?.getAttribute("aria-invalid")).toBe("true")
  })

  it("shows a password and hides it again", () => {
    const drawn = draw(TextField, { label: "Password", type: "password" as const, value: "x" })
    const input = drawn.querySelector("input")
    click(drawn.querySelector('[aria-label="Show the password"]'))
    expect(input?.type).toBe("text")
    click(drawn.querySelector('[aria-label="Hide the password"]'))
    expect(input?.type).toBe("password")
  })

  it("calls on Enter, not while a word is being composed", () => {
    const onenter = vi.fn()
    const input = draw(TextField, { label: "Search", value: "car", onenter }).querySelector("input")
    press(input, "Enter", { isComposing: true })
    press(input, "Enter")
    expect(onenter.mock.calls).toEqual([["car"]])
  })
})

describe("NumberField", () => {
  it("steps by the arrow keys within its limits", () => {
    const input = draw(NumberField, { label: "Overlap", value: 9, max: 10, step: 1 }).querySelector("input")
    press(input, "ArrowUp")
    press(input, "ArrowUp")
    expect(input?.value).toBe("10")
    press(input, "PageDown")
    expect(input?.value).toBe("0")
  })

  it("says what does not fit, and keeps it to be mended", () => {
    const drawn = draw(NumberField, { label: "Share", value: 5, max: 100 })
    type(drawn.querySelector("input"), "120")
    expect(drawn.textContent).toContain("The most is 100.")
    expect(drawn.querySelector("input")?.value).toBe("120")
  })
})

describe("ColorPicker", () => {
  it("chooses from the palette and takes any other as hex, with or without the sign", () => {
    const onchange = vi.fn()
    const drawn = draw(ColorPicker, { label: "Colour", value: "#0279ff", onchange })
    drawn.querySelector<HTMLInputElement>('[aria-label="Amber"]')?.click()
    flushSync()
    type(drawn.querySelector(".hex"), "ABCDEF")
    expect(onchange.mock.calls).toEqual([["#ce8a00"], ["#abcdef"]])
  })

  it("does not take half a colour, and says how one is written", () => {
    const onchange = vi.fn()
    const drawn = draw(ColorPicker, { label: "Colour", onchange })
    type(drawn.querySelector(".hex"), "#12")
    expect(onchange).not.toHaveBeenCalled()
    expect(drawn.textContent).toContain("#rrggbb")
  })
})

describe("ErrorPanel", () => {
  const problem = {
    code: "in_use",
    message: "The class is in use.",
    mend: "Merge it.",
    requestId: "r1",
    fields: { results: 7 },
  }

  it("shows what happened, how to mend it and how to find it, and tells readers at once", () => {
    const onretry = vi.fn()
    const drawn = draw(ErrorPanel, { problem, onretry })
    const alert = drawn.querySelector('[role="alert"]')
    for (const part of ["The class is in use.", "Merge it.", "in_use", "r1", "7"])
      expect(alert?.textContent).toContain(part)
    click([...drawn.querySelectorAll("button")].at(-1) ?? null)
    expect(onretry).toHaveBeenCalledTimes(1)
  })
})

describe("SplitPane", () => {
  it("moves its divider by the keys, within its limits, and remembers where", () => {
    // Four fifths of 1,000 px are more than the most it may have.
    measure(1_000, 500)
    const props = { start: words("list"), end: words("page"), label: "Width", size: 200, least: 190, most: 240 }
    const divider = () => draw(SplitPane, { ...props, name: "test" }).querySelector('[role="separator"]')
    const first = divider()
    press(first, "ArrowRight")
    expect(first?.getAttribute("aria-valuenow")).toBe("216")
    press(first, "End")
    expect(first?.getAttribute("aria-valuenow")).toBe("240")
    expect(divider()?.getAttribute("aria-valuenow")).toBe("240")
  })
})
