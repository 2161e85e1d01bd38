// @vitest-environment jsdom
import { flushSync } from "svelte"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { draw, press } from "./mounting.ts"
import Tips from "./Tips.svelte"

const tip = () => document.getElementById("tip")?.textContent?.replaceAll(/\s+/g, " ").trim() ?? null

function over(target: Element, pointerType = "mouse") {
  const event = new MouseEvent("pointerover", { bubbles: true })
  Object.defineProperty(event, "pointerType", { value: pointerType })
  target.dispatchEvent(event)
}

function wait(ms: number) {
  vi.advanceTimersByTime(ms)
  flushSync()
}

let publish: HTMLElement
let undo: HTMLElement

beforeEach(() => {
  vi.useFakeTimers()
  document.body.innerHTML =
    '<button id="publish" data-tip="Add a class first.">Publish</button><button id="undo" aria-label="Undo" data-tip="Undo" data-keys="Ctrl+Z"></button>'
  publish = document.getElementById("publish") as HTMLElement
  undo = document.getElementById("undo") as HTMLElement
  draw(Tips, {})
})
afterEach(() => vi.useRealTimers())

describe("Tips", () => {
  it("come after a moment of rest, with the key", () => {
    over(undo)
    wait(300)
    expect(tip()).toBeNull()
    wait(200)
    expect(tip()).toBe("Undo CtrlZ")
  })

  it("come at once to those who read along a bar", () => {
    over(undo)
    wait(500)
    over(publish)
    wait(0)
    expect(tip()).toBe("Add a class first.")
  })

  it("leave when the pointer has left for good, not while it rests on them", () => {
    over(undo)
    wait(500)
    over(document.body)
    wait(50)
    over(document.getElementById("tip") as HTMLElement)
    wait(1_000)
    expect(tip()).not.toBeNull()
    over(document.body)
    wait(200)
    expect(tip()).toBeNull()
  })

  it("leave on Escape", () => {
    over(undo)
    wait(500)
    press(document.body, "Escape")
    expect(tip()).toBeNull()
  })

  it("do not come to a finger, which cannot rest", () => {
    over(undo, "touch")
    wait(1_000)
    expect(tip()).toBeNull()
  })

  it("describe what they add to, not what has the same name already", () => {
    over(publish)
    wait(500)
    expect(publish.getAttribute("aria-describedby")).toBe("tip")
    over(undo)
    wait(0)
    expect(publish.hasAttribute("aria-describedby")).toBe(false)
    expect(undo.hasAttribute("aria-describedby")).toBe(false)
  })
})
