import { describe, expect, it } from "vitest"
import { commandsAndKeys } from "./commands/table.ts"
import { box, boxesOf, workspaceOn } from "./testing.ts"

const three = {
  marks: [box("a", 10, 10, 40, 40), box("b", 100, 15, 50, 30), box("d", 200, 15, 50, 30, { class: "dog" })],
}

function walked(classId: string | null, walk: "attributes" | "sweep", document = three) {
  const workspace = workspaceOn(document)
  workspace.walking.begin(walk, classId)
  return workspace
}

describe("a walk through attributes", () => {
  it("goes through the marks that have some, by place, zoomed to each", () => {
    const { walking, selection, view } = walked(null, "attributes")
    expect([walking.place, [...selection]]).toEqual([[1, 2], ["a"]])
    // 40 px and half of it around, in a pane of 400 x 300 with margins of 60: 180 / 80.
    expect(view.scale).toBe(2.25)
    walking.step(1)
    expect([walking.current?.id, walking.field?.id]).toEqual(["b", "view"])
    walking.step(1)
    expect(walking.current?.id).toBe("b")
  })
  it("begins at the selected mark, and goes on where the pointer chose another", () => {
    const workspace = workspaceOn(three)
    workspace.select(["b"])
    workspace.walking.begin("attributes", "car")
    expect(workspace.walking.place).toEqual([2, 2])
    workspace.select(["a"])
    expect(workspace.walking.place).toEqual([1, 2])
  })
  it("says so where no mark has any", () => {
    const workspace = walked("dog", "attributes")
    expect([workspace.walking.walk, workspace.session.notice.text]).toEqual([null, "No mark here has attributes."])
  })
})

describe("a sweep", () => {
  it("accepts, corrects and deletes, then ends and sums up", () => {
    const workspace = walked(null, "sweep")
    const { walking } = workspace
    walking.accept()
    workspace.useClass("dog")
    walking.delete()
    expect(boxesOf(workspace).map(([id, name]) => [id, name])).toEqual([
      ["a", "car"],
      ["b", "dog"],
    ])
    expect(walking.walk).toBeNull()
    expect(workspace.session.notice.text).toBe("3 of 3 judged: 1 accepted, 1 corrected, 1 deleted.")
  })
  it("goes back to what an undo brings back", () => {
    const workspace = walked(null, "sweep")
    workspace.walking.delete()
    expect(workspace.walking.current?.id).toBe("b")
    workspace.session.undo()
    expect(workspace.walking.current?.id).toBe("a")
  })
  it("leaves a mark that cannot take a class where it is", () => {
    const workspace = walked(null, "sweep")
    workspace.useClass("lake")
    expect([workspace.walking.place[0], workspace.session.notice.urgent]).toEqual([1, true])
  })
  it("has its own keys as long as it lasts", () => {
    const workspace = walked(null, "sweep")
    const { keymap } = commandsAndKeys(workspace.session.vocabulary, "cvat", {})
    expect(keymap.holderOf("Enter", workspace.keyMode)?.id).toBe("walk.accept")
    workspace.cancel()
    expect(keymap.holderOf("Enter", workspace.keyMode)?.id).toBe("tool.click")
  })
  it("ends when a drawing tool is taken or another image is shown", () => {
    const workspace = walked(null, "sweep")
    workspace.choose("box")
    expect(workspace.walking.walk).toBeNull()
    workspace.walking.begin("sweep", null)
    workspace.session.showAsset(1)
    expect(workspace.walking.walk).toBeNull()
  })
})
