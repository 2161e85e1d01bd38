import { describe, expect, it } from "vitest"
import { box, boxesOf, click, drag, pointerAt, workspaceOn } from "./testing.ts"

const two = { marks: [box("a", 10, 10, 40, 40), box("b", 100, 100, 50, 30)] }

describe("drawing boxes", () => {
  it("by a drag, in any direction, and the tool stays on", () => {
    const workspace = workspaceOn()
    drag(workspace, [
      [60, 70],
      [40, 30],
      [20, 10],
    ])
    drag(workspace, [
      [100, 100],
      [150, 140],
    ])
    expect(boxesOf(workspace)).toEqual([
      ["n1", "car", 20, 10, 40, 60],
      ["n2", "car", 100, 100, 50, 40],
    ])
    expect([workspace.tool.id, [...workspace.selection]]).toEqual(["box", ["n2"]])
  })

  it("by two clicks", () => {
    const workspace = workspaceOn()
    click(workspace, 20, 10)
    expect(workspace.machine.state).toBe("awaiting")
    workspace.machine.pointerMove(pointerAt(50, 50))
    expect(workspace.sketched?.fresh?.geometry).toEqual({ x: 20, y: 10, w: 30, h: 40 })
    click(workspace, 60, 70)
    expect(boxesOf(workspace)).toEqual([["n1", "car", 20, 10, 40, 60]])
    expect([workspace.machine.state, workspace.sketched]).toEqual(["ready", null])
  })

  it("over marks that are there without catching them", () => {
    const workspace = workspaceOn(two)
    drag(workspace, [
      [20, 20],
      [30, 30],
      [45, 45],
    ])
    expect(boxesOf(workspace)).toHaveLength(3)
    expect(boxesOf(workspace)[0]).toEqual(["a", "car", 10, 10, 40, 40])
  })

  it("cut at the border, square with Shift", () => {
    const workspace = workspaceOn()
    drag(workspace, [
      [350, 250],
      [500, 500],
    ])
    drag(
      workspace,
      [
        [10, 10],
        [60, 30],
      ],
      { shift: true },
    )
    expect(boxesOf(workspace)).toEqual([
      ["n1", "car", 350, 250, 50, 50],
      ["n2", "car", 10, 10, 50, 50],
    ])
  })

  it("not at all if too small, called off, or taken back", () => {
    const workspace = workspaceOn()
    drag(workspace, [
      [10, 10],
      [16, 10.2],
    ])
    expect(workspace.session.notice).toEqual({ text: "Too small: drag further, or zoom in.", urgent: true })
    workspace.machine.pointerDown(pointerAt(10, 10))
    workspace.machine.pointerMove(pointerAt(90, 90))
    workspace.cancel()
    workspace.machine.pointerUp(pointerAt(90, 90))
    click(workspace, 20, 20)
    workspace.machine.back()
    expect([boxesOf(workspace), workspace.machine.state]).toEqual([[], "ready"])
  })

  it("again for a mark that keeps its id and attributes", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a"])
    workspace.choose("box")
    workspace.redrawing = "a"
    drag(workspace, [
      [200, 200],
      [220, 230],
    ])
    expect(boxesOf(workspace)[0]).toEqual(["a", "car", 200, 200, 20, 30])
    expect(boxesOf(workspace)).toHaveLength(2)
  })

  it("with the class in hand and its defaults", () => {
    const workspace = workspaceOn()
    workspace.useClass("dog")
    drag(workspace, [
      [10, 10],
      [60, 60],
    ])
    workspace.useClass("car")
    drag(workspace, [
      [10, 10],
      [70, 70],
    ])
    expect(workspace.session.annotation().marks.map((mark) => [mark.class, mark.attributes])).toEqual([
      ["dog", {}],
      ["car", { view: "side" }],
    ])
  })
})

describe("selecting", () => {
  const selecting = () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    return workspace
  }

  it("by click, Ctrl and click, and click on nothing", () => {
    const workspace = selecting()
    click(workspace, 30, 30)
    expect([...workspace.selection]).toEqual(["a"])
    click(workspace, 120, 120, { ctrl: true })
    expect([...workspace.selection]).toEqual(["a", "b"])
    click(workspace, 30, 30, { ctrl: true })
    expect([...workspace.selection]).toEqual(["b"])
    click(workspace, 300, 250)
    expect(workspace.selection.size).toBe(0)
  })

  it("by a frame: rightward what is inside, leftward what it touches", () => {
    const workspace = selecting()
    drag(workspace, [
      [5, 5],
      [60, 60],
      [120, 120],
    ])
    expect([...workspace.selection]).toEqual(["a"])
    drag(workspace, [
      [125, 140],
      [60, 60],
      [5, 5],
    ])
    expect([...workspace.selection]).toEqual(["a", "b"])
  })

  it("passes over hidden and locked marks", () => {
    const workspace = selecting()
    workspace.session.setHidden(new Set(["a"]))
    workspace.session.setLocked(new Set(["b"]))
    click(workspace, 30, 30)
    click(workspace, 120, 120)
    drag(workspace, [
      [200, 200],
      [0, 0],
    ])
    expect(workspace.selection.size).toBe(0)
  })

  it("finds the small one in the large one, and with Alt what lies beneath", () => {
    const workspace = workspaceOn({ marks: [box("small", 40, 40, 10, 10), box("large", 0, 0, 100, 100)] })
    workspace.choose("select")
    click(workspace, 45, 45)
    expect([...workspace.selection]).toEqual(["small"])
    click(workspace, 45, 45, { alt: true })
    expect([...workspace.selection]).toEqual(["large"])
  })
})

describe("moving and resizing", () => {
  it("moves the whole selection as one step, inside the image", () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    workspace.select(["a", "b"])
    drag(workspace, [
      [30, 30],
      [20, 20],
      [-100, 35],
    ])
    expect(boxesOf(workspace)).toEqual([
      ["a", "car", 0, 15, 40, 40],
      ["b", "car", 90, 105, 50, 30],
    ])
    workspace.session.undo()
    expect(boxesOf(workspace)).toEqual([
      ["a", "car", 10, 10, 40, 40],
      ["b", "car", 100, 100, 50, 30],
    ])
    expect(workspace.session.history.depth).toBe(0)
  })

  it("keeps to one direction with Shift, and leaves locked marks where they are", () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    workspace.select(["a", "b"])
    workspace.session.setLocked(new Set(["b"]))
    drag(workspace, [
      [30, 30],
      [50, 36],
      [80, 42],
    ])
    expect(boxesOf(workspace)).toEqual([
      ["a", "car", 60, 22, 40, 40],
      ["b", "car", 100, 100, 50, 30],
    ])
    workspace.session.undo()
    workspace.machine.pointerDown(pointerAt(30, 30))
    workspace.machine.pointerMove(pointerAt(80, 42, { shift: true }))
    workspace.machine.pointerUp(pointerAt(80, 42, { shift: true }))
    expect(boxesOf(workspace)[0]).toEqual(["a", "car", 60, 10, 40, 40])
  })

  it("resizes by a handle of the one selected mark", () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    workspace.select(["b"])
    drag(workspace, [
      [150, 130],
      [170, 150],
      [180, 160],
    ])
    expect(boxesOf(workspace)[1]).toEqual(["b", "car", 100, 100, 80, 60])
    expect(workspace.session.history.depth).toBe(1)
  })

  it("draws the sketch but writes nothing until the button is let go", () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    workspace.machine.pointerDown(pointerAt(30, 30))
    workspace.machine.pointerMove(pointerAt(60, 60))
    expect(workspace.sketched?.shift).toEqual([30, 30])
    expect(workspace.session.history.depth).toBe(0)
    workspace.cancel()
    expect([workspace.sketched, boxesOf(workspace)[0]]).toEqual([null, ["a", "car", 10, 10, 40, 40]])
  })
})

describe("useClass", () => {
  it("labels the selection in the select tool, and only then", () => {
    const workspace = workspaceOn(two)
    workspace.choose("select")
    workspace.select(["a"])
    workspace.useClass("dog")
    expect(workspace.session.mark("a")?.class).toBe("dog")
    workspace.choose("box")
    workspace.useClass("car")
    expect(workspace.session.mark("a")?.class).toBe("dog")
  })
  it("puts a tag on and takes it off", () => {
    const workspace = workspaceOn()
    workspace.useClass("night")
    expect(workspace.session.annotation().marks).toMatchObject([{ kind: "tag", class: "night", geometry: {} }])
    workspace.useClass("night")
    expect(workspace.session.annotation().marks).toEqual([])
  })
})

describe("a viewer", () => {
  it("changes nothing", () => {
    const workspace = workspaceOn(two, "view")
    workspace.useClass("night")
    workspace.select(["a"])
    drag(workspace, [
      [30, 30],
      [60, 60],
      [90, 90],
    ])
    expect(workspace.session.isChanged).toBe(false)
    expect(workspace.tools.map((tool) => tool.id)).toEqual(["select", "pan", "ruler"])
  })
})

describe("assets", () => {
  it("shows the marks of one at a time and draws on that", () => {
    const workspace = workspaceOn(two)
    workspace.session.showAsset(1)
    workspace.view = { scale: 1, x: 0, y: 0 }
    expect(workspace.scene.size).toBe(0)
    drag(workspace, [
      [10, 10],
      [60, 60],
    ])
    expect(workspace.session.annotation().marks.at(-1)?.asset).toBe(1)
    workspace.session.showAsset(0)
    expect(workspace.scene.size).toBe(2)
  })
})
