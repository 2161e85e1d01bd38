// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest"
import { Commands } from "./commands.svelte.ts"

const command = (id: string, keys?: string) => ({
  id,
  title: id,
  group: "Test",
  run: vi.fn(),
  ...(keys ? { keys } : {}),
})
const press = (key: string, on: HTMLElement = document.body, ctrlKey = false) => {
  const event = new KeyboardEvent("keydown", { code: `Key${key.toUpperCase()}`, key, ctrlKey, bubbles: true })
  Object.defineProperty(event, "target", { value: on })
  return event
}

describe("Commands", () => {
  it("lists what was added last first, and takes sets away again", () => {
    const commands = new Commands()
    commands.add([command("a")])
    const leave = commands.add([command("b"), command("c")])
    expect(commands.list.map(({ id }) => id)).toEqual(["b", "c", "a"])
    leave()
    expect(commands.list.map(({ id }) => id)).toEqual(["a"])
  })

  it("lets a page's command stand in for one of the same id", () => {
    const commands = new Commands()
    const [general, special] = [command("save"), command("save")]
    commands.add([general])
    const leave = commands.add([special])
    expect(commands.list).toEqual([special])
    leave()
    expect(commands.list).toEqual([general])
  })

  it("runs by key, but not into a text that is being typed", () => {
    const commands = new Commands()
    const plain = command("next", "n")
    const held = command("save", "Ctrl+S")
    commands.add([plain, held])
    expect(commands.press(press("n"))).toBe(true)
    const field = document.createElement("input")
    expect(commands.press(press("n", field))).toBe(false)
    expect(commands.press(press("s", field, true))).toBe(true)
    expect(plain.run).toHaveBeenCalledTimes(1)
    expect(held.run).toHaveBeenCalledTimes(1)
  })

  it("opens the palette by Ctrl+K and leaves other keys to it while it is open", () => {
    const commands = new Commands()
    const plain = command("next", "n")
    commands.add([plain])
    expect(commands.press(press("k", document.body, true))).toBe(true)
    expect(commands.open).toBe(true)
    expect(commands.press(press("n"))).toBe(false)
    expect(plain.run).not.toHaveBeenCalled()
  })
})
