import { describe, expect, it } from "vitest"
import type { Mark } from "#editor/annotation.ts"
import { areaOf, common } from "#geometry/spans.ts"
import { maskSpans } from "../../kinds/mask.ts"
import { click, drag, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"

function painter(width: number, layers = {}, document = {}): Workspace {
  const workspace = workspaceOn(document, "label", () => 0, layers)
  workspace.settings.set({ brush: width })
  workspace.useClass("leaf")
  workspace.choose("mask")
  return workspace
}

function masks(workspace: Workspace): Mark[] {
  return workspace.session.annotation().marks.filter(({ kind }) => kind === "mask")
}

function areas(workspace: Workspace): [string, number][] {
  return masks(workspace).map((mark) => [mark.class, areaOf(maskSpans(mark.geometry))])
}

/** Fills a rectangle, with the fill tool. */
function rectangle(workspace: Workspace, x: number, y: number, w: number, h: number, held = {}): void {
  const tool = workspace.tool.id
  workspace.choose("fill")
  drag(
    workspace,
    [
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
      [x, y],
    ],
    held,
  )
  workspace.choose(tool)
}

describe("brush", () => {
  it("paints a line of pixels as one step, and goes on with the mask that it has begun", () => {
    const workspace = painter(1)
    drag(workspace, [
      [10.5, 10.5],
      [15.5, 10.5],
      [19.5, 10.5],
    ])
    expect(masks(workspace).map(({ geometry }) => geometry)).toEqual([
      { x: 10, y: 10, width: 10, height: 1, runs: [0, 10] },
    ])
    drag(workspace, [
      [10.5, 11.5],
      [19.5, 11.5],
    ])
    expect(areas(workspace)).toEqual([["leaf", 20]])
    expect(workspace.session.history.depth).toBe(2)
    workspace.session.undo()
    expect(areas(workspace)).toEqual([["leaf", 10]])
    workspace.session.redo()
    expect(areas(workspace)).toEqual([["leaf", 20]])
    workspace.session.undo()
    workspace.session.undo()
    expect(masks(workspace)).toEqual([])
  })
  it("begins a mark of its own after N, or with another class in hand", () => {
    const workspace = painter(4)
    click(workspace, 20, 20)
    workspace.machine.finish()
    click(workspace, 60, 20)
    workspace.useClass("soil")
    click(workspace, 100, 20)
    expect(areas(workspace).map(([name]) => name)).toEqual(["leaf", "leaf", "soil"])
  })
  it("goes on with the one mask of stuff", () => {
    const workspace = painter(4)
    workspace.useClass("soil")
    click(workspace, 20, 20)
    workspace.select([])
    click(workspace, 60, 20)
    expect(masks(workspace)).toHaveLength(1)
  })
  it("is called off by Escape and a second finger", () => {
    const workspace = painter(4)
    workspace.machine.pointerDown(pointerAt(20, 20))
    workspace.machine.pointerMove(pointerAt(40, 20))
    expect(workspace.sketched?.stroke?.spans.length).toBeGreaterThan(0)
    workspace.cancel()
    expect(workspace.sketched).toBeNull()
    workspace.machine.pointerDown(pointerAt(20, 20))
    workspace.machine.interrupt()
    expect([masks(workspace).length, workspace.machine.state]).toEqual([0, "ready"])
  })
  it("gets wider and thinner within bounds", () => {
    const workspace = painter(1)
    workspace.painter.resize(1.1)
    expect(workspace.painter.width).toBe(2)
    workspace.painter.resize(0.1)
    workspace.painter.resize(0.1)
    expect(workspace.painter.width).toBe(1)
  })
  it("says why nothing can be painted", () => {
    const workspace = painter(4)
    workspace.useClass("car")
    workspace.machine.choose(workspace.tools.find(({ id }) => id === "mask") as Workspace["tool"])
    click(workspace, 20, 20)
    expect([masks(workspace).length, workspace.session.notice.text]).toEqual([0, "Choose a class first."])
  })
})

describe("eraser", () => {
  it("takes pixels from the selected mask, and from all if none is selected", () => {
    const workspace = painter(20)
    click(workspace, 50, 50)
    workspace.machine.finish()
    click(workspace, 56, 50)
    const [first, second] = areas(workspace).map(([, area]) => area) as [number, number]
    workspace.choose("eraser")
    workspace.settings.set({ brush: 4 })
    click(workspace, 53, 50)
    const [, less] = areas(workspace).map(([, area]) => area) as [number, number]
    expect(areas(workspace)[0]?.[1]).toBe(first)
    expect(less).toBeLessThan(second)
    workspace.select([])
    click(workspace, 53, 50)
    expect(areas(workspace)[0]?.[1]).toBeLessThan(first)
  })
  it("takes the mark away with its last pixel, and undo brings it back", () => {
    const workspace = painter(4)
    click(workspace, 50, 50)
    workspace.choose("eraser")
    workspace.settings.set({ brush: 30 })
    click(workspace, 50, 50)
    expect(masks(workspace)).toEqual([])
    workspace.session.undo()
    expect(masks(workspace)).toHaveLength(1)
  })
  it("says so where there is nothing", () => {
    const workspace = painter(4)
    workspace.choose("eraser")
    click(workspace, 50, 50)
    expect(workspace.session.notice.text).toBe("There is no mask to erase from.")
  })
})

describe("fill", () => {
  it("fills what is dragged around, a hole by a click, and takes off with Shift", () => {
    const workspace = painter(4)
    rectangle(workspace, 10, 10, 40, 30)
    expect(areas(workspace)).toEqual([["leaf", 1200]])
    rectangle(workspace, 20, 20, 10, 10, { shift: true })
    expect(areas(workspace)).toEqual([["leaf", 1100]])
    workspace.choose("fill")
    click(workspace, 25, 25)
    expect(areas(workspace)).toEqual([["leaf", 1200]])
    click(workspace, 200, 200)
    expect(workspace.session.notice.text).toContain("Click in a hole")
  })
})

describe("where no two masks may share a pixel", () => {
  const layers = { overlap: "forbidden" } as const

  it("a stroke takes free pixels only, or with Ctrl those of others", () => {
    const workspace = painter(4, layers)
    rectangle(workspace, 10, 10, 40, 30)
    workspace.machine.finish()
    rectangle(workspace, 30, 10, 40, 30)
    expect(areas(workspace)).toEqual([
      ["leaf", 1200],
      ["leaf", 600],
    ])
    rectangle(workspace, 40, 10, 40, 30, { ctrl: true })
    expect(areas(workspace)).toEqual([
      ["leaf", 900],
      ["leaf", 1200],
    ])
    const [one, other] = masks(workspace).map((mark) => maskSpans(mark.geometry))
    expect(common(one as Int32Array, other as Int32Array)).toHaveLength(0)
    workspace.session.undo()
    expect(areas(workspace)).toEqual([
      ["leaf", 1200],
      ["leaf", 600],
    ])
  })
  it("a click fills all that is free up to the others and the border", () => {
    const workspace = painter(4, layers)
    rectangle(workspace, 0, 0, 400, 100)
    workspace.useClass("soil")
    workspace.choose("fill")
    click(workspace, 200, 200)
    // The image of 400 x 300 less what is covered.
    expect(areas(workspace)).toEqual([
      ["leaf", 40_000],
      ["soil", 80_000],
    ])
  })
  it("locked masks keep their pixels", () => {
    const workspace = painter(4, layers)
    rectangle(workspace, 10, 10, 40, 30)
    workspace.session.setLocked(new Set(masks(workspace).map(({ id }) => id)))
    workspace.painter.takesOthers = true
    workspace.select([])
    rectangle(workspace, 10, 10, 50, 30)
    expect(areas(workspace)).toEqual([
      ["leaf", 1200],
      ["leaf", 300],
    ])
  })
})
