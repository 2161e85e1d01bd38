import { describe, expect, it } from "vitest"
import { Vocabulary } from "#editor/ontology.ts"
import { box, ontology, workspaceOn } from "../testing.ts"
import { commandsAndKeys } from "./table.ts"

const slanted = {
  id: "r",
  kind: "rotated_box",
  class: "lake",
  geometry: { cx: 100, cy: 100, w: 60, h: 30, angle: 170 },
  attributes: {},
}

function run(workspace: ReturnType<typeof workspaceOn>, ...ids: string[]): (string | null)[] {
  const { commands } = commandsAndKeys(new Vocabulary(ontology), "fairmark", {})
  return ids.map((id) => commands.run(id, workspace, workspace.session.mode))
}

const angleOf = ({ session }: ReturnType<typeof workspaceOn>) => session.mark("r")?.geometry.angle

describe("turning by keys", () => {
  it("goes by 1 and by 15 degrees both ways, past 180, as one step", () => {
    const workspace = workspaceOn({ marks: [slanted] })
    workspace.select(["r"])
    run(workspace, "turn.right15", "turn.right", "turn.left")
    // 170 + 15 = 185, which is -175.
    expect(angleOf(workspace)).toBe(-175)
    expect(workspace.session.history.depth).toBe(1)
    run(workspace, "turn.left15")
    expect(angleOf(workspace)).toBe(170)
    run(workspace, "undo")
    expect(angleOf(workspace)).toBe(170)
  })

  it("turns what can be turned of a selection, and says where nothing can", () => {
    const workspace = workspaceOn({ marks: [slanted, box("a", 10, 10, 40, 40)] })
    expect(run(workspace, "turn.right")).toEqual(["Select a mark first."])
    workspace.select(["a"])
    expect(run(workspace, "turn.right")).toEqual(["Rotated boxes and ellipses can be turned."])
    workspace.select(["a", "r"])
    run(workspace, "turn.right")
    expect(angleOf(workspace)).toBe(171)
    expect(workspace.session.mark("a")?.geometry).toEqual({ x: 10, y: 10, w: 40, h: 40 })
  })
})
