import { describe, expect, it } from "vitest"
import { imagePoint } from "#geometry/point.ts"
import { commandsAndKeys } from "./commands/table.ts"
import { lineOf } from "./linking.ts"
import { box, click, drag, linkedWorkspace } from "./testing.ts"
import type { Workspace } from "./workspace.ts"

const two = [box("a", 0, 0, 40, 40), box("b", 100, 0, 40, 40), box("d", 200, 0, 40, 40, { class: "dog" })]

const links = (workspace: Workspace) =>
  workspace.session.annotation().links.map(({ type, from, to }) => `${from} ${type} ${to}`)

function run(workspace: Workspace, ...ids: string[]): (string | null)[] {
  const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
  return ids.map((id) => commands.run(id, workspace, "label"))
}

describe("the relation tool", () => {
  it("draws by a drag, and by two clicks", () => {
    const workspace = linkedWorkspace(two)
    workspace.choose("link")
    drag(workspace, [
      [220, 20],
      [150, 20],
      [120, 20],
    ])
    expect(links(workspace)).toEqual(["d chases b"])
    click(workspace, 220, 20)
    click(workspace, 20, 20)
    expect(links(workspace)).toEqual(["d chases b", "d chases a"])
    run(workspace, "undo")
    expect(links(workspace)).toEqual(["d chases b"])
  })
  it("says which way a relation leads, and that there is none", () => {
    const workspace = linkedWorkspace(two)
    workspace.choose("link")
    click(workspace, 20, 20)
    click(workspace, 220, 20)
    expect(workspace.session.notice.text).toBe("chases leads from Dog to Car: draw it the other way.")
    workspace.linker.join("d", "a")
    workspace.linker.join("d", "a")
    expect(workspace.session.notice.text).toBe("These two are linked already.")
    workspace.linker.join("d", "d")
    expect(links(workspace)).toEqual(["d chases a"])
  })
  it("asks which one where there are several", () => {
    const workspace = linkedWorkspace(two)
    workspace.linker.join("a", "b")
    expect(workspace.linker.choices?.map(({ type }) => type.id)).toEqual(["tows", "beside"])
    workspace.linker.answer(workspace.linker.choices?.[1] ?? null)
    expect(links(workspace)).toEqual(["a beside b"])
    expect(workspace.linker.choices).toBeNull()
  })
  it("goes by keys", () => {
    const workspace = linkedWorkspace(two)
    workspace.select(["d"])
    run(workspace, "tool.link", "select.next", "tool.click")
    // After the dog, the first in reading order comes next.
    expect(links(workspace)).toEqual(["d chases a"])
    workspace.select(["d", "b"])
    run(workspace, "tool.link")
    expect(links(workspace)).toEqual(["d chases a", "d chases b"])
  })
})

describe("relations on the canvas", () => {
  it("are chosen at their line and deleted before what they join", () => {
    const workspace = linkedWorkspace(two)
    workspace.linker.join("d", "b")
    workspace.choose("select")
    workspace.select([])
    click(workspace, 170, 22)
    expect([...workspace.selection].sort()).toEqual(["b", "d"])
    run(workspace, "delete")
    expect(links(workspace)).toEqual([])
    expect(workspace.session.annotation().marks).toHaveLength(3)
  })
  it("are not found where their marks are hidden", () => {
    const workspace = linkedWorkspace(two)
    workspace.linker.join("d", "b")
    expect(workspace.linker.under(imagePoint(170, 20), 5)).not.toBeNull()
    workspace.session.setHidden(new Set(["b"]))
    expect(workspace.linker.under(imagePoint(170, 20), 5)).toBeNull()
  })
})

describe("lineOf", () => {
  it("leads from border to border", () => {
    expect(lineOf({ x: 0, y: 0, w: 40, h: 40 }, { x: 100, y: 0, w: 40, h: 40 })).toEqual([
      [40, 20],
      [100, 20],
    ])
  })
  it("leads from middle to middle where one lies within the other", () => {
    expect(lineOf({ x: 0, y: 0, w: 100, h: 100 }, { x: 60, y: 40, w: 20, h: 20 })).toEqual([
      [50, 50],
      [70, 50],
    ])
  })
})

describe("groups", () => {
  it("are selected together, moved together, and opened by a second click", () => {
    const workspace = linkedWorkspace(two)
    workspace.choose("select")
    workspace.session.select(["a", "b"])
    run(workspace, "group")
    workspace.select([])
    click(workspace, 20, 20)
    expect([...workspace.selection].sort()).toEqual(["a", "b"])
    drag(workspace, [
      [20, 20],
      [20, 60],
    ])
    expect(workspace.session.mark("b")?.geometry.y).toBe(40)
    click(workspace, 20, 60)
    expect([...workspace.selection]).toEqual(["a"])
    run(workspace, "ungroup")
    expect(workspace.session.mark("a")?.group).toBeUndefined()
  })
})
