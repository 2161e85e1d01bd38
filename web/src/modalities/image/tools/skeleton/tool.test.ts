import { describe, expect, it } from "vitest"
import { commandsAndKeys } from "../../commands/table.ts"
import { click, drag, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"

function drawing(): Workspace {
  const workspace = workspaceOn()
  workspace.choose("skeleton")
  return workspace
}

const points = (workspace: Workspace): unknown[] =>
  workspace.session.annotation().marks.map(({ geometry }) => geometry.points)

function run(workspace: Workspace, ...ids: string[]): (string | null)[] {
  const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
  return ids.map((id) => commands.run(id, workspace, "label"))
}

describe("the skeleton tool", () => {
  it("places the default pose in a frame that is dragged open", () => {
    const workspace = drawing()
    drag(workspace, [
      [100, 50],
      [150, 90],
      [180, 150],
    ])
    expect(points(workspace)).toEqual([
      [
        [140, 50, 2],
        [180, 150, 2],
        [100, 150, 2],
      ],
    ])
    expect(workspace.session.history.depth).toBe(1)
  })
  it("drawn leftward shows it from the other side", () => {
    const workspace = drawing()
    drag(workspace, [
      [180, 50],
      [150, 90],
      [100, 150],
    ])
    expect(points(workspace)[0]).toEqual([
      [140, 50, 2],
      [100, 150, 2],
      [180, 150, 2],
    ])
  })
  it("places point by point, hidden with Alt or the right button, and ends with the last", () => {
    const workspace = drawing()
    click(workspace, 100, 50)
    expect(workspace.session.notice.text).toBe("Left foot, 2 of 3.")
    workspace.machine.pointerMove(pointerAt(120, 150))
    expect(workspace.sketched?.caption?.text).toBe("Left foot")
    click(workspace, 120, 150, { alt: true })
    expect(workspace.machine.secondary(pointerAt(80, 150))).toBe(true)
    expect(points(workspace)).toEqual([
      [
        [100, 50, 2],
        [120, 150, 1],
        [80, 150, 1],
      ],
    ])
  })
  it("goes back a point, passes one over, and ends early", () => {
    const workspace = drawing()
    click(workspace, 100, 50)
    click(workspace, 120, 150)
    workspace.machine.back()
    run(workspace, "point.absent")
    expect(workspace.session.notice.text).toBe("Right foot, 3 of 3.")
    expect(workspace.machine.finish()).toBe(true)
    expect(points(workspace)).toEqual([
      [
        [100, 50, 2],
        [0, 0, 0],
        [0, 0, 0],
      ],
    ])
  })
  it("does not end without any point", () => {
    const workspace = drawing()
    click(workspace, 100, 50)
    workspace.machine.back()
    expect(workspace.machine.finish()).toBe(false)
    expect(points(workspace)).toEqual([])
  })
})

describe("commands of skeletons", () => {
  const placed = {
    id: "s",
    kind: "skeleton",
    class: "walker",
    geometry: {
      points: [
        [100, 50, 2],
        [140, 150, 2],
        [60, 150, 2],
      ],
    },
  }

  function selected(): Workspace {
    const workspace = workspaceOn({ marks: [placed] })
    workspace.choose("select")
    workspace.select(["s"])
    return workspace
  }

  it("hide, take away and bring back the point in hand", () => {
    const workspace = selected()
    run(workspace, "point.next", "point.next", "point.hidden")
    expect(workspace.session.notice.text).toBe("Left foot: hidden.")
    run(workspace, "point.absent")
    expect(points(workspace)[0]).toEqual([
      [100, 50, 2],
      [0, 0, 0],
      [60, 150, 2],
    ])
    run(workspace, "point.absent")
    // The default pose has the left foot across from the right one, with the head between them.
    expect((points(workspace)[0] as number[][])[1]).toEqual([140, 150, 2])
  })
  it("swap left and right in one step", () => {
    const workspace = selected()
    run(workspace, "skeleton.swap")
    expect(points(workspace)[0]).toEqual([
      [100, 50, 2],
      [60, 150, 2],
      [140, 150, 2],
    ])
    run(workspace, "undo")
    expect(points(workspace)[0]).toEqual(placed.geometry.points)
  })
  it("put a whole one into the middle of the view", () => {
    const workspace = workspaceOn()
    run(workspace, "skeleton.pose")
    // Six tenths of 300 high, half as wide.
    expect(points(workspace)[0]).toEqual([
      [200, 60, 2],
      [245, 240, 2],
      [155, 240, 2],
    ])
  })
  it("say what they need", () => {
    expect(run(workspaceOn(), "point.hidden", "skeleton.swap")).toEqual([
      "Select a skeleton first.",
      "Select a skeleton first.",
    ])
    const workspace = selected()
    run(workspace, "point.hidden")
    expect(workspace.session.notice.text).toBe("Go to a point first.")
  })
})
