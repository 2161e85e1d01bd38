import { describe, expect, it } from "vitest"
import { keys } from "./commands.ts"
import { type KeyedCommand, Keymap, type Mode, readOverrides, SEQUENCE_MS } from "./keymap.ts"

const command = (
  id: string,
  key: string,
  modes: Mode[] = ["label"],
  more: Partial<KeyedCommand> = {},
): KeyedCommand => ({
  id,
  title: id,
  group: "g",
  modes,
  keys: keys(key),
  ...more,
})

const all = [command("undo", "Ctrl+Z"), command("hideAll", "T H"), command("lockAll", "T L"), command("hide", "H")]
const map = (overrides = {}) => new Keymap(all, "fairmark", overrides)

describe("press", () => {
  it("finds the command of a chord in its mode", () => {
    expect(map().press("Ctrl+KeyZ", "label", 0)).toEqual({ kind: "command", id: "undo" })
    expect(map().press("Ctrl+KeyZ", "review", 0)).toEqual({ kind: "none" })
  })
  it("waits for the second key of a sequence", () => {
    const keymap = map()
    expect(keymap.press("KeyT", "label", 0)).toEqual({ kind: "prefix" })
    expect(keymap.press("KeyH", "label", SEQUENCE_MS)).toEqual({ kind: "command", id: "hideAll" })
    expect(keymap.press("KeyH", "label", SEQUENCE_MS)).toEqual({ kind: "command", id: "hide" })
  })
  it("takes a late second key on its own", () => {
    const keymap = map()
    keymap.press("KeyT", "label", 0)
    expect(keymap.press("KeyH", "label", SEQUENCE_MS + 1)).toEqual({ kind: "command", id: "hide" })
  })
  it("leaves text to the field that is typed in, but for commands that may run there", () => {
    const keymap = new Keymap(
      [command("n", "N"), command("save", "Ctrl+S", ["label"], { whileTyping: true })],
      "fairmark",
    )
    expect(keymap.press("KeyN", "label", 0, true)).toEqual({ kind: "none" })
    expect(keymap.press("Ctrl+KeyS", "label", 0, true)).toEqual({ kind: "command", id: "save" })
  })
})

describe("overrides", () => {
  it("replace the preset's keys, also by none", () => {
    expect(map({ undo: ["U"] }).keysOf("undo")).toEqual(["KeyU"])
    expect(map({ undo: [] }).press("Ctrl+KeyZ", "label", 0)).toEqual({ kind: "none" })
  })
  it("are read back one by one, without what cannot be read", () => {
    const stored = { undo: ["U", "Foo", 3], gone: ["X"], hide: "H" }
    expect(readOverrides(stored, all)).toEqual({ undo: ["U"] })
    expect(readOverrides(null, all)).toEqual({})
  })
})

describe("conflicts", () => {
  it("are two commands on one key in one mode", () => {
    expect(map({ undo: ["H"] }).conflicts()).toEqual([{ keys: "KeyH", commands: ["undo", "hide"], reason: "same" }])
  })
  it("are not two modes that never meet", () => {
    const apart = [command("a", "X", ["label"]), command("b", "X", ["review"])]
    expect(new Keymap(apart, "fairmark").conflicts()).toEqual([])
  })
  it("are a key that begins a longer sequence, and one that the browser keeps", () => {
    expect(map({ undo: ["T"] }).conflicts()).toEqual([
      { keys: "KeyT", commands: ["undo", "hideAll", "lockAll"], reason: "prefix" },
    ])
    expect(map({ undo: ["Ctrl+W"] }).conflicts()).toEqual([
      { keys: "Ctrl+KeyW", commands: ["undo"], reason: "browser" },
    ])
  })
})
