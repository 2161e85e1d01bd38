/** For tests: draws a part into the document and takes it away again after the test. */

import type { Component, Snippet } from "svelte"
import { createRawSnippet, flushSync, mount, unmount } from "svelte"
import { onTestFinished, vi } from "vitest"

/** The element that the part was drawn into. Effects have run. */
export function draw<Props extends Record<string, unknown>>(part: Component<Props>, props: Props): HTMLElement {
  const target = document.createElement("div")
  document.body.append(target)
  // Keys and clicks that bubble to the document must find the part in it, so it is mounted where it will stay.
  const drawn = mount(part as Component<Record<string, unknown>>, { target, props })
  flushSync()
  onTestFinished(async () => {
    await unmount(drawn)
    target.remove()
  })
  return target
}

/** Gives every element a size, which jsdom, drawing nothing, does not: for parts that measure themselves. */
export function measure(width: number, height: number): void {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(width)
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(height)
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(readonly seen: (entries: unknown[]) => void) {}
      observe(target: Element) {
        this.seen([{ target }])
      }
      unobserve() {}
      disconnect() {}
    },
  )
}

/** Text as a snippet, for parts that take children. */
export const words = (text: string): Snippet => createRawSnippet(() => ({ render: () => `<span>${text}</span>` }))

/** Presses a key on an element; says whether nobody prevented what the browser would do. */
export function press(on: Element | null, key: string, held: KeyboardEventInit = {}): boolean {
  if (!on) throw new Error(`There is nothing to press ${key} on.`)
  const kept = on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held }))
  flushSync()
  return kept
}

/** Clicks, and lets effects run. */
export function click(on: Element | null, held: MouseEventInit = {}): void {
  if (!on) throw new Error("There is nothing to click on.")
  on.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...held }))
  flushSync()
}

/** Types a whole text into a field. */
export function type(into: Element | null, text: string): void {
  if (!(into instanceof HTMLInputElement)) throw new Error("There is no field to type into.")
  into.value = text
  into.dispatchEvent(new Event("input", { bubbles: true }))
  flushSync()
}
