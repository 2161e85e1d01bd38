import { describe, expect, it } from "vitest"
import { PRESETS } from "#editor/keymap.ts"
import { Vocabulary } from "#editor/ontology.ts"
import { classKeys } from "../../classCommands.ts"
import { clipboard } from "../clipboard.ts"
import { box, boxesOf, ontology, workspaceOn } from "../testing.ts"
import { commandsAndKeys, STATIC_COMMANDS } from "./table.ts"

const vocabulary = new Vocabulary(ontology)
const two = { marks: [box("a", 10, 10, 40, 40), box("b", 100, 100, 50, 30)] }

function run(workspace: ReturnType<typeof workspaceOn>, ...ids: string[]): (string | null)[] {
  const { commands } = commandsAndKeys(vocabulary, "fairmark", {})
  return ids.map((id) => commands.run(id, workspace, workspace.session.mode))
}

describe("presets", () => {
  it.each(PRESETS.map(({ id }) => id))("%s has no conflicts", (preset) => {
    expect(commandsAndKeys(vocabulary, preset, {}).keymap.conflicts()).toEqual([])
  })
  it("give every command that is not about a class a key in each", () => {
    for (const { id } of PRESETS) {
      const { keymap } = commandsAndKeys(vocabulary, id, {})
      expect(
        STATIC_COMMANDS.filter((command) => keymap.keysOf(command.id).length === 0).map((each) => each.id),
      ).toEqual([])
    }
  })
  it("know the keys that hands remember", () => {
    const keysOf = (preset: "cvat" | "label-studio" | "fairmark", id: string) =>
      commandsAndKeys(vocabulary, preset, {}).keymap.keysOf(id)
    expect(keysOf("cvat", "tool.repeat")).toEqual(["KeyN"])
    expect(keysOf("label-studio", "tool.box")).toEqual(["KeyR"])
    expect(keysOf("label-studio", "tool.polygon")).toEqual(["KeyP"])
    expect(keysOf("fairmark", "tool.repeat")).toEqual(["KeyN"])
    expect(keysOf("fairmark", "tool.box")).toEqual(["KeyR"])
    expect(keysOf("label-studio", "tool.pan")).toEqual(["KeyH"])
    expect(keysOf("cvat", "view.hideAll")).toEqual(["KeyT KeyH"])
    expect(keysOf("fairmark", "submit")).toEqual(["Ctrl+Enter"])
  })
})

describe("classKeys", () => {
  const classes = (...keys: (string | null)[]) =>
    new Vocabulary({
      classes: keys.map((key, i) => ({ id: `c${i}`, name: `${i}`, color: "#000000", marks: ["box"], key })),
    })

  it("gives digits in order to classes without a key", () => {
    expect([...classKeys(classes(null, "2", null), new Set())]).toEqual([
      ["c1", "2"],
      ["c0", "1"],
      ["c2", "3"],
    ])
  })
  it("prefers the tool to a class that wants its key", () => {
    expect(classKeys(classes("n", "k"), new Set(["KeyN"]))).toEqual(
      new Map([
        ["c0", "1"],
        ["c1", "k"],
      ]),
    )
  })
  it("gives the eleventh class none", () => {
    expect(classKeys(classes(...Array<null>(12).fill(null)), new Set()).has("c10")).toBe(false)
  })
})

describe("commands", () => {
  it("nudge, ten at a time with Shift, and merge into one step", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    run(workspace, "move.right", "move.right10", "move.down")
    expect(boxesOf(workspace)[0]).toEqual(["a", "car", 21, 11, 40, 40])
    expect(workspace.session.history.depth).toBe(1)
  })
  it("resize by keys", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    run(workspace, "resize.right.out10", "resize.top.in", "resize.left.out")
    expect(boxesOf(workspace)[0]).toEqual(["a", "car", 9, 11, 51, 39])
  })
  it("delete, undo and redo with the selection", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    run(workspace, "delete")
    expect([boxesOf(workspace).length, workspace.selection.size]).toEqual([1, 0])
    run(workspace, "undo")
    expect([boxesOf(workspace)[0]?.[0], [...workspace.selection]]).toEqual(["a", ["a"]])
    expect(run(workspace, "undo", "redo")).toEqual(["Nothing to undo.", null])
  })
  it("leave locked marks alone unless told otherwise", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    run(workspace, "lock", "delete")
    expect(boxesOf(workspace)).toHaveLength(2)
    run(workspace, "delete.locked")
    expect(boxesOf(workspace)).toHaveLength(1)
  })
  it("copy and paste at the pointer, aside, and in the same place", () => {
    const workspace = workspaceOn(two)
    clipboard.marks = []
    expect(run(workspace, "paste")).toEqual(["Nothing has been copied."])
    workspace.select(["a"])
    run(workspace, "copy", "paste", "paste.same")
    // Aside is 12 pixels right and down; the same place is where it was.
    expect(boxesOf(workspace).slice(2)).toEqual([
      ["n1", "car", 22, 22, 40, 40],
      ["n2", "car", 10, 10, 40, 40],
    ])
  })
  it("duplicate and select all of a class", () => {
    const workspace = workspaceOn(two)
    workspace.select(["b"])
    run(workspace, "duplicate")
    expect([...workspace.selection]).toEqual(["n1"])
    run(workspace, "select.class")
    expect(workspace.selection.size).toBe(3)
  })
  it("go from mark to mark by place", () => {
    const workspace = workspaceOn(two)
    const seen = ["select.next", "select.next", "select.next", "select.previous"].map((id) => {
      run(workspace, id)
      return [...workspace.selection][0]
    })
    expect(seen).toEqual(["a", "b", "a", "b"])
  })
  it("change what covers what, and hide all and show all", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    run(workspace, "order.front")
    expect(workspace.session.mark("a")?.z).toBe(1)
    run(workspace, "order.back")
    expect(workspace.session.mark("a")?.z).toBe(-1)
    run(workspace, "view.hideAll")
    expect(workspace.session.hidden.size).toBe(2)
    run(workspace, "view.hideAll")
    expect(workspace.session.hidden.size).toBe(0)
  })
  it("say why they cannot run", () => {
    const workspace = workspaceOn()
    expect(run(workspace, "delete", "select.next", "submit", "review.next")).toEqual([
      "Select a mark first.",
      "There are no marks yet.",
      "This work is not open.",
      "Not available here.",
    ])
  })
})
