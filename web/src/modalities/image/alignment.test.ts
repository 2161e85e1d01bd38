import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fullMark } from "#editor/annotation.ts"
import type { Box } from "#geometry/box.ts"
import { Alignment, type Question } from "./alignment.ts"
import { boxKind } from "./kinds/box.ts"
import { Scene } from "./scene.ts"
import { box, boxesOf, click, drag, pointerAt, workspaceOn } from "./testing.ts"

const IMAGE = { width: 400, height: 300 }

function sceneOf(boxes: readonly Box[]): Scene {
  const scene = new Scene()
  boxes.forEach(({ x, y, w, h }, order) => {
    scene.put(fullMark(box(`m${order}`, x, y, w, h)), order, false)
  })
  return scene
}

function ask(scene: Scene, of: Box, more: Partial<Question> = {}) {
  const alignment = new Alignment(scene)
  const found = alignment.find({
    box: of,
    sides: "nesw",
    reach: 6,
    pixel: 1,
    image: IMAGE,
    isPassed: () => false,
    ...more,
  })
  return found && [found.dx, found.dy]
}

describe("Alignment", () => {
  const neighbour = { x: 100, y: 100, w: 50, h: 50 }

  it("goes to the sides that it touches, within two thirds of the reach", () => {
    const scene = sceneOf([neighbour])
    // The left side at 153 is 3 from 150, the upper one at 97 is 3 from 100: both within 4.
    expect(ask(scene, { x: 153, y: 97, w: 40, h: 80 })).toEqual([-3, 3])
    expect(ask(scene, { x: 155, y: 110, w: 40, h: 20 })).toBeNull()
  })

  it("goes in line with what is not far, within a third of the reach", () => {
    const scene = sceneOf([neighbour])
    // 60 below the neighbour: its left side at 102 is 2 from 100; at 103 it is too far.
    expect(ask(scene, { x: 102, y: 210, w: 20, h: 20 })).toEqual([-2, 0])
    expect(ask(scene, { x: 103, y: 210, w: 20, h: 20 })).toBeNull()
    // 130 below it, more than 120 pixels of the screen.
    expect(ask(scene, { x: 102, y: 280, w: 20, h: 15 })).toBeNull()
  })

  it("goes to what it touches rather than in line with what is nearer", () => {
    const scene = sceneOf([neighbour, { x: 10, y: 156, w: 142, h: 10 }])
    // Left side at 153: 150 is touched and 3 away; 152 (the right side of the second, 16 below) is 1 away.
    expect(ask(scene, { x: 153, y: 110, w: 40, h: 30 })).toEqual([-3, 0])
  })

  it("goes to the border", () => {
    expect(ask(sceneOf([]), { x: 3, y: 50, w: 40, h: 247 })).toEqual([-3, 3])
  })

  it("moves the named sides alone, and to no mark that is passed over or hidden", () => {
    const scene = sceneOf([neighbour])
    const near = { x: 153, y: 97, w: 40, h: 80 }
    expect(ask(scene, near, { sides: "es" })).toBeNull()
    expect(ask(scene, near, { isPassed: (id) => id === "m0" })).toBeNull()
    scene.hide(() => true)
    expect(ask(scene, near)).toBeNull()
  })

  it("in a crowd goes only to what it touches", () => {
    const row = Array.from({ length: 45 }, (_, i) => ({ x: 100, y: 200 + i, w: 9, h: 1 }))
    // 40 away and 1 beside 45 boxes in a column: in line with nothing.
    expect(ask(sceneOf(row), { x: 101, y: 140, w: 20, h: 20 }, { sides: "w" })).toBeNull()
    expect(ask(sceneOf(row.slice(0, 9)), { x: 101, y: 140, w: 20, h: 20 }, { sides: "w" })).toEqual([-1, 0])
  })

  it("shows a line from the neighbour to the box", () => {
    const found = new Alignment(sceneOf([neighbour])).find({
      box: { x: 102, y: 210, w: 20, h: 20 },
      sides: "w",
      reach: 6,
      pixel: 1,
      image: IMAGE,
      isPassed: () => false,
    })
    expect(found?.guides).toEqual([{ from: [100, 100], to: [100, 230] }])
  })

  it("finds what looking at every mark finds", () => {
    const side = fc.integer({ min: 1, max: 60 })
    const place = fc.record({ x: fc.nat(340), y: fc.nat(240), w: side, h: side })
    fc.assert(
      fc.property(fc.array(place, { maxLength: 30 }), place, (boxes, one) => {
        const found = ask(sceneOf(boxes), one, { sides: "w", image: { width: 1e6, height: 1e6 } })
        const touched = boxes.filter((b) => b.y <= one.y + one.h + 4 && b.y + b.h >= one.y - 4)
        const inLine = boxes.filter((b) => b.y <= one.y + one.h + 120 && b.y + b.h >= one.y - 120)
        const least = (of: readonly Box[], within: number) =>
          Math.min(
            ...of
              .flatMap((b) => [b.x, b.x + b.w])
              .map((x) => Math.abs(x - one.x))
              .filter((d) => d <= within),
          )
        const border = one.x <= 4 ? one.x : Infinity
        const near = Math.min(border, least(touched, 4))
        const expected = near < Infinity ? near : least(inLine, 2)
        expect(found === null ? Infinity : Math.abs(found[0] as number)).toBe(expected)
      }),
    )
  })

  it("among 10,000 boxes looks at those along the sides, and asks no mark for its place", () => {
    // 100 by 100 boxes of 30, 40 apart, in an image of 4,000.
    const boxes = Array.from({ length: 10_000 }, (_, i) => ({
      x: 40 * (i % 100),
      y: 40 * ((i / 100) | 0),
      w: 30,
      h: 30,
    }))
    const scene = sceneOf(boxes)
    const bounds = boxKind.bounds
    let asked = 0
    Object.assign(boxKind, {
      bounds: (geometry: Parameters<typeof bounds>[0]) => {
        asked++
        return bounds(geometry)
      },
    })
    try {
      const alignment = new Alignment(scene)
      let most = 0
      for (let step = 0; step < 200; step++) {
        const at = { x: 1000 + 3 * step, y: 1500 + 2 * step, w: 37, h: 41 }
        alignment.find({
          box: at,
          sides: "nesw",
          reach: 6,
          pixel: 1,
          image: { width: 4000, height: 4000 },
          isPassed: () => false,
        })
        most = Math.max(most, alignment.looked)
      }
      // Each of four strips is 8 by about 280: at most 2 boxes across and 8 along.
      expect(most).toBeLessThanOrEqual(4 * 16)
      expect(most).toBeGreaterThan(0)
      expect(asked).toBe(0)
      // The list of what was found is the same each time.
      expect(scene.near({ x: 0, y: 0, w: 50, h: 50 })).toBe(scene.near({ x: 900, y: 900, w: 50, h: 50 }))
    } finally {
      Object.assign(boxKind, { bounds })
    }
  })
})

describe("boxes", () => {
  const one = { marks: [box("a", 100, 100, 50, 50)] }

  it("are drawn from and to the sides of neighbours, not with Alt", () => {
    const workspace = workspaceOn(one)
    // Reach 5: a corner at 152, 98 goes to 150, 100; the other at 203, 148 to the line through 150 below.
    const way = [
      [152, 98],
      [180, 120],
      [203, 149],
    ] as const
    drag(workspace, way)
    drag(workspace, way, { alt: true })
    expect(boxesOf(workspace).slice(1)).toEqual([
      ["n1", "car", 150, 100, 53, 50],
      ["n2", "car", 152, 98, 51, 51],
    ])
  })

  it("show the lines while they go along them", () => {
    const workspace = workspaceOn(one)
    workspace.machine.pointerMove(pointerAt(152, 120))
    expect(workspace.snapping.guides).toEqual([{ from: [150, 100], to: [150, 150] }])
    workspace.machine.pointerMove(pointerAt(170, 180))
    expect(workspace.snapping.guides).toEqual([])
  })

  it("are moved along neighbours and no further than the border", () => {
    const workspace = workspaceOn({ marks: [...one.marks, box("b", 200, 200, 40, 40)] })
    workspace.choose("select")
    click(workspace, 220, 220)
    drag(workspace, [
      [220, 220],
      [190, 190],
      // By -49, -97: to 151, 103, one from 150 and three from 100.
      [171, 123],
    ])
    expect(boxesOf(workspace)[1]).toEqual(["b", "car", 150, 100, 40, 40])
    drag(workspace, [
      [170, 120],
      [100, 100],
      [23, 22],
    ])
    // To 3, 2: both go to the border.
    expect(boxesOf(workspace)[1]).toEqual(["b", "car", 0, 0, 40, 40])
  })

  it("are resized to neighbours by a side and by a corner", () => {
    const workspace = workspaceOn({ marks: [...one.marks, box("b", 200, 110, 60, 60)] })
    workspace.choose("select")
    click(workspace, 230, 130)
    drag(workspace, [
      [200, 140],
      [170, 140],
      [153, 140],
    ])
    expect(boxesOf(workspace)[1]).toEqual(["b", "car", 150, 110, 110, 60])
    drag(workspace, [
      [150, 170],
      [140, 160],
      // The left side goes to 100, and what is below it to 150.
      [102, 152],
    ])
    expect(boxesOf(workspace)[1]).toEqual(["b", "car", 100, 110, 160, 40])
  })

  it("catch nothing once that is turned off", () => {
    const workspace = workspaceOn(one)
    workspace.settings.set({ snapping: false })
    drag(workspace, [
      [152, 98],
      [203, 149],
    ])
    expect(boxesOf(workspace)[1]).toEqual(["n1", "car", 152, 98, 51, 51])
  })

  it("catch the points of outlines", () => {
    const workspace = workspaceOn(one)
    expect(workspace.snapped(pointerAt(147, 102).at, 5)).toEqual([150, 100])
    expect(workspace.snapped(pointerAt(148, 120).at, 5)).toEqual([150, 120])
  })
})
