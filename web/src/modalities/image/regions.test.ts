import { describe, expect, it } from "vitest"
import { areaOf } from "#geometry/spans.ts"
import { maskSpans } from "./kinds/mask.ts"
import { converted, cutFree, filledUp, joined, split } from "./regions.ts"
import { workspaceOn } from "./testing.ts"
import type { Workspace } from "./workspace.ts"

function mask(id: string, x: number, y: number, width: number, height: number, runs = [0, width * height]) {
  return { id, kind: "mask", class: "leaf", geometry: { x, y, width, height, runs } }
}

function shapes(workspace: Workspace) {
  return workspace.session.annotation().marks.map(({ id, kind, geometry }) => [id, kind, geometry])
}

function partsOf(workspace: Workspace): unknown[][][] {
  return workspace.session.annotation().marks[0]?.geometry.parts as unknown[][][]
}

function said(workspace: Workspace): string {
  return workspace.session.notice.text
}

describe("converted", () => {
  it("makes a mask of a box and a polygon of that, and the same mask of it again", () => {
    const workspace = workspaceOn({
      marks: [{ id: "a", kind: "box", class: "leaf", geometry: { x: 10.2, y: 10, w: 20, h: 15 } }],
    })
    workspace.select(["a"])
    converted(workspace, "mask")
    const made = { x: 10, y: 10, width: 20, height: 15, runs: [0, 300] }
    expect(shapes(workspace)).toEqual([["a", "mask", made]])
    converted(workspace, "polygon")
    expect(shapes(workspace)[0]?.[1]).toBe("polygon")
    converted(workspace, "mask")
    expect(shapes(workspace)).toEqual([["a", "mask", made]])
    expect(workspace.session.history.depth).toBe(3)
  })
  it("keeps an ellipse within a pixel of its border", () => {
    const geometry = { cx: 100, cy: 100, rx: 60, ry: 30, angle: 20 }
    const workspace = workspaceOn({ marks: [{ id: "a", kind: "ellipse", class: "leaf", geometry }] })
    workspace.select(["a"])
    converted(workspace, "mask")
    const area = areaOf(maskSpans(workspace.session.mark("a")?.geometry ?? {}))
    expect(Math.abs(area - Math.PI * 60 * 30)).toBeLessThan(40)
    converted(workspace, "polygon")
    expect(partsOf(workspace)[0]?.[0]?.length).toBeLessThan(120)
    converted(workspace, "mask")
    const again = areaOf(maskSpans(workspace.session.mark("a")?.geometry ?? {}))
    // Nothing is further than three quarters of a pixel from where it was; the circumference is about 290.
    expect(Math.abs(again - area)).toBeLessThan(0.75 * 290)
  })
  it("keeps holes and pieces, and makes the box around", () => {
    const ring = mask("a", 10, 10, 5, 5, [0, 6, 3, 2, 3, 2, 3, 6])
    const workspace = workspaceOn({ marks: [ring] })
    workspace.select(["a"])
    converted(workspace, "polygon")
    expect(partsOf(workspace)[0]).toHaveLength(2)
    converted(workspace, "box")
    expect(shapes(workspace)).toEqual([["a", "box", { x: 10, y: 10, w: 5, h: 5 }]])
  })
  it("says what the class does not take", () => {
    const workspace = workspaceOn({ marks: [{ ...mask("a", 1, 1, 5, 5), class: "soil" }] })
    workspace.select(["a"])
    converted(workspace, "box")
    expect([shapes(workspace)[0]?.[1], said(workspace)]).toEqual(["mask", "Soil takes no marks of this kind."])
  })
})

describe("split and joined", () => {
  it("take a mask apart and put it together again", () => {
    // Two pixels and, after a gap, one.
    const workspace = workspaceOn({ marks: [mask("a", 5, 5, 4, 1, [0, 1, 1, 2])] })
    workspace.select(["a"])
    split(workspace)
    expect(shapes(workspace)).toEqual([
      ["a", "mask", { x: 7, y: 5, width: 2, height: 1, runs: [0, 2] }],
      ["n1", "mask", { x: 5, y: 5, width: 1, height: 1, runs: [0, 1] }],
    ])
    expect([...workspace.selection]).toEqual(["a", "n1"])
    joined(workspace)
    expect(shapes(workspace)).toEqual([["a", "mask", { x: 5, y: 5, width: 4, height: 1, runs: [0, 1, 1, 2] }]])
    expect(workspace.session.history.depth).toBe(2)
  })
  it("of polygons that lie apart, and of those that overlap", () => {
    const part = (x: number) => [
      [
        [x, 0],
        [x + 10, 0],
        [x + 10, 10],
        [x, 10],
      ],
    ]
    const polygon = (id: string, x: number) => ({
      id,
      kind: "polygon",
      class: "leaf",
      geometry: { parts: [part(x)] },
    })
    const workspace = workspaceOn({ marks: [polygon("a", 0), polygon("b", 50), polygon("c", 55)] })
    workspace.select(["b", "c"])
    joined(workspace)
    // From 50 to 60 and from 55 to 65: one from 50 to 65.
    expect(shapes(workspace)[1]?.[2]).toMatchObject({ parts: [[expect.anything()]] })
    workspace.session.undo()
    workspace.select(["a", "b"])
    joined(workspace)
    expect(shapes(workspace)[0]).toEqual(["a", "polygon", { parts: [part(0), part(50)] }])
    workspace.select(["a"])
    split(workspace)
    expect(shapes(workspace)).toHaveLength(3)
  })
  it("say why not", () => {
    const workspace = workspaceOn({ marks: [mask("a", 1, 1, 5, 5), { ...mask("b", 9, 9, 5, 5), class: "soil" }] })
    workspace.select(["a"])
    split(workspace)
    expect(said(workspace)).toBe("These hang together already.")
    joined(workspace)
    expect(said(workspace)).toBe("Select two marks or more.")
    workspace.select(["a", "b"])
    joined(workspace)
    expect(said(workspace)).toBe("Only marks of one kind and class can be joined.")
  })
})

describe("filledUp and cutFree", () => {
  it("fill holes and leave to others what they cover", () => {
    const ring = mask("a", 10, 10, 3, 3, [0, 4, 1, 4])
    const workspace = workspaceOn({ marks: [ring, mask("b", 10, 10, 1, 1)] })
    workspace.select(["a"])
    filledUp(workspace)
    expect(shapes(workspace)[0]?.[2]).toEqual({ x: 10, y: 10, width: 3, height: 3, runs: [0, 9] })
    cutFree(workspace)
    expect(shapes(workspace)[0]?.[2]).toEqual({ x: 10, y: 10, width: 3, height: 3, runs: [1, 8] })
    cutFree(workspace)
    expect(said(workspace)).toBe("They share no pixel with others.")
    filledUp(workspace)
    expect(said(workspace)).toBe("There is no hole.")
  })
  it("of two that share pixels one keeps them", () => {
    const workspace = workspaceOn({ marks: [mask("a", 0, 0, 4, 1), mask("b", 2, 0, 4, 1)] })
    workspace.select(["a", "b"])
    cutFree(workspace)
    expect(shapes(workspace).map(([, , geometry]) => geometry)).toEqual([
      { x: 0, y: 0, width: 2, height: 1, runs: [0, 2] },
      { x: 2, y: 0, width: 4, height: 1, runs: [0, 4] },
    ])
  })
})
