import { beforeEach, describe, expect, it } from "vitest"
import type { Path } from "#geometry/path.ts"
import { box, click, drag, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"

let workspace: Workspace

/** The outer rings of the polygons, in the document's order. */
const outlines = () =>
  workspace.session
    .annotation()
    .marks.flatMap((mark) => (mark.geometry.parts as Path[][] | undefined)?.map(([ring]) => ring) ?? [])

function corners(...points: [number, number][]): void {
  for (const [x, y] of points) click(workspace, x, y)
}

beforeEach(() => {
  workspace = workspaceOn()
  workspace.useClass("lake")
  workspace.choose("polygon")
})

describe("drawing by clicks", () => {
  const triangle: [number, number][] = [
    [50, 50],
    [150, 50],
    [100, 120],
  ]

  it("ends at the first corner, by a second click on the last, by the key, and keeps the tool", () => {
    corners(...triangle, [51, 51])
    expect(outlines()).toEqual([triangle])
    corners(...triangle, [100, 120])
    expect(outlines()).toHaveLength(2)
    corners(...triangle)
    workspace.machine.finish()
    expect(outlines()).toHaveLength(3)
    expect([workspace.tool.id, workspace.machine.state]).toEqual(["polygon", "ready"])
  })

  it("takes points back one by one", () => {
    corners(...triangle)
    expect([workspace.stepBack(), workspace.stepBack()]).toEqual([true, true])
    corners([60, 200], [80, 220])
    workspace.machine.finish()
    expect(outlines()).toEqual([
      [
        [50, 50],
        [60, 200],
        [80, 220],
      ],
    ])
    corners([50, 50])
    expect([workspace.stepBack(), workspace.machine.state, workspace.stepBack()]).toEqual([true, "ready", false])
  })

  it("does not end before it has three corners", () => {
    corners([50, 50], [150, 50], [150, 50])
    workspace.machine.finish()
    expect([outlines(), workspace.machine.state]).toEqual([[], "drawing"])
    expect(workspace.session.notice.text).toBe("It takes 3 points at least.")
    workspace.cancel()
    expect(workspace.machine.state).toBe("ready")
  })

  it("outlives a second finger", () => {
    corners([50, 50], [150, 50])
    workspace.machine.pointerDown(pointerAt(200, 200))
    workspace.machine.interrupt()
    corners([100, 120])
    workspace.machine.finish()
    expect(outlines()).toEqual([triangle])
  })

  it("warns of an outline that crosses itself, and keeps it to be mended", () => {
    corners([50, 50], [150, 150], [150, 50], [50, 160])
    workspace.machine.finish()
    expect(workspace.session.notice).toEqual({ text: "The outline of the polygon crosses itself.", urgent: true })
    expect(outlines()).toHaveLength(1)
  })
})

describe("drawing freehand", () => {
  const circle = Array.from({ length: 60 }, (_, i): [number, number] => [
    200 + 60 * Math.cos(i / 9.5),
    150 + 60 * Math.sin(i / 9.5),
  ])

  it("by one drag makes an outline of the points that matter", () => {
    drag(workspace, circle)
    const [ring] = outlines() as [Path]
    expect(ring.length).toBeGreaterThan(8)
    expect(ring.length).toBeLessThan(40)
    for (const [x, y] of ring) expect(Math.hypot(x - 200, y - 150)).toBeCloseTo(60, 0)
  })

  it("goes on with clicks if it began with them", () => {
    corners([200, 20])
    drag(workspace, circle)
    expect(workspace.machine.state).toBe("drawing")
    corners([300, 20])
    workspace.machine.finish()
    expect(outlines()[0]?.[0]).toEqual([200, 20])
  })
})

describe("points go to", () => {
  it("neighbours and the border, unless Alt is held", () => {
    workspace = workspaceOn({
      marks: [
        {
          ...box("a", 100, 100, 50, 50),
          kind: "polygon",
          class: "lake",
          geometry: {
            parts: [
              [
                [
                  [100, 100],
                  [150, 100],
                  [150, 150],
                ],
              ],
            ],
          },
        },
      ],
    })
    workspace.useClass("lake")
    workspace.choose("polygon")
    corners([97, 102], [2, 200], [60, 60])
    click(workspace, 148, 97, { alt: true })
    workspace.machine.finish()
    expect(outlines()[1]).toEqual([
      [100, 100],
      [0, 200],
      [60, 60],
      [148, 97],
    ])
  })
})

describe("a polygon that is there", () => {
  const square: [number, number][] = [
    [50, 50],
    [150, 50],
    [150, 150],
    [50, 150],
  ]
  beforeEach(() => {
    corners(...square)
    workspace.machine.finish()
    workspace.choose("select")
  })

  it("is edited by its points: dragged, added with Shift, taken out with Alt", () => {
    drag(workspace, [
      [150, 150],
      [170, 160],
      [180, 170],
    ])
    expect(outlines()[0]?.[2]).toEqual([180, 170])
    click(workspace, 70, 51, { shift: true })
    expect(outlines()[0]).toHaveLength(5)
    click(workspace, 50, 150, { alt: true })
    expect(outlines()[0]).toEqual([
      [50, 50],
      [70, 51],
      [150, 50],
      [180, 170],
    ])
    workspace.session.undo()
    workspace.session.undo()
    workspace.session.undo()
    expect(outlines()[0]).toEqual(square)
  })

  it("gets a point by dragging the middle of an edge", () => {
    drag(workspace, [
      [100, 50],
      [100, 40],
      [100, 20],
    ])
    expect(outlines()[0]?.[1]).toEqual([100, 20])
  })

  it("gets a hole", () => {
    workspace.choose("polygon")
    workspace.redrawing = "n1"
    workspace.joins = true
    corners([70, 70], [120, 70], [120, 120])
    workspace.machine.finish()
    const [mark] = workspace.session.annotation().marks
    expect(((mark?.geometry.parts ?? []) as Path[][]).map((part) => part.length)).toEqual([2])
    expect([workspace.tool.id, workspace.joins]).toEqual(["select", false])
  })

  it("moves and snaps not to itself", () => {
    drag(workspace, [
      [100, 100],
      [110, 110],
      [120, 110],
    ])
    expect(outlines()[0]?.[0]).toEqual([70, 60])
  })
})
