import { describe, expect, it } from "vitest"
import { areaOf } from "#geometry/spans.ts"
import { cut, simplify } from "./cutting.ts"
import { maskSpans } from "./kinds/mask.ts"
import { converted, joined, subtracted } from "./regions.ts"
import { click, workspaceOn } from "./testing.ts"
import type { Workspace } from "./workspace.ts"

const polygon = (id: string, ...rings: number[][][]) => ({
  id,
  kind: "polygon",
  class: "leaf",
  geometry: { parts: [rings] },
})
const square = (x: number, y: number, side: number) => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
]
const mask = (id: string, x: number, y: number, width: number, height: number) => ({
  id,
  kind: "mask",
  class: "leaf",
  geometry: { x, y, width, height, runs: [0, width * height] },
})
const geometries = (workspace: Workspace) => workspace.session.annotation().marks.map(({ geometry }) => geometry)

describe("cut", () => {
  it("makes two polygons of one, by a drag of the tool, as one step", () => {
    const workspace = workspaceOn({ marks: [polygon("a", square(100, 100, 100))] })
    workspace.choose("cut")
    click(workspace, 90, 130)
    click(workspace, 210, 130)
    workspace.machine.finish()
    expect(geometries(workspace)).toEqual([
      {
        parts: [
          [
            [
              [200, 130],
              [200, 200],
              [100, 200],
              [100, 130],
            ],
          ],
        ],
      },
      {
        parts: [
          [
            [
              [100, 100],
              [200, 100],
              [200, 130],
              [100, 130],
            ],
          ],
        ],
      },
    ])
    expect([workspace.session.history.depth, workspace.selection.size]).toEqual([1, 2])
    workspace.session.undo()
    expect(geometries(workspace)).toEqual([{ parts: [[square(100, 100, 100)]] }])
  })
  it("makes two lines of one, the longer first", () => {
    const points = [
      [100, 100],
      [200, 100],
    ]
    const workspace = workspaceOn({ marks: [{ id: "l", kind: "polyline", class: "lake", geometry: { points } }] })
    cut(workspace, [
      [130, 90],
      [130, 110],
    ])
    expect(geometries(workspace)).toEqual([
      {
        points: [
          [130, 100],
          [200, 100],
        ],
      },
      {
        points: [
          [100, 100],
          [130, 100],
        ],
      },
    ])
  })
  it("parts a mask and loses no pixel", () => {
    const workspace = workspaceOn({ marks: [mask("m", 100, 100, 40, 20)] })
    cut(workspace, [
      [110, 90],
      [115, 130],
    ])
    const areas = geometries(workspace).map((geometry) => areaOf(maskSpans(geometry)))
    expect([areas.length, areas[0] as number, (areas[0] as number) + (areas[1] as number)]).toEqual([
      2,
      Math.max(...areas),
      800,
    ])
  })
  it("says so where it crosses nothing, and leaves locked marks and stuff as they are", () => {
    const workspace = workspaceOn({
      marks: [polygon("a", square(100, 100, 100)), { ...mask("s", 10, 10, 50, 50), class: "soil" }],
    })
    workspace.session.setLocked(new Set(["a"]))
    cut(workspace, [
      [0, 20],
      [300, 150],
    ])
    expect([workspace.session.history.depth, workspace.session.notice.urgent]).toEqual([0, true])
  })
})

describe("simplify", () => {
  it("takes away what matters least, more each time, and says how many points are left", () => {
    const ring = Array.from({ length: 60 }, (_, n) => [
      200 + 90 * Math.cos((n * Math.PI) / 30),
      150 + 90 * Math.sin((n * Math.PI) / 30),
    ])
    const workspace = workspaceOn({ marks: [polygon("a", ring)] })
    workspace.select(["a"])
    const counts: number[] = []
    for (let n = 0; n < 3; n++) {
      simplify(workspace)
      counts.push((geometries(workspace)[0] as { parts: number[][][][] }).parts[0]?.[0]?.length as number)
    }
    expect(counts[0]).toBeLessThan(60)
    expect(counts[1]).toBeLessThan(counts[0] as number)
    expect(counts[2]).toBeLessThan(counts[1] as number)
    expect(workspace.session.notice.text).toMatch(new RegExp(`^${counts[2]} points, of ${counts[1]}: within`))
  })
  it("says so where none can go", () => {
    const workspace = workspaceOn({ marks: [polygon("a", square(100, 100, 100))] })
    workspace.select(["a"])
    simplify(workspace)
    simplify(workspace)
    expect([workspace.session.history.depth, workspace.session.notice.text]).toEqual([0, "No point can go: 4 points."])
  })
})

describe("joined and subtracted", () => {
  const two = { marks: [polygon("a", square(100, 100, 100)), polygon("b", square(150, 150, 100))] }

  it("put overlapping polygons together", () => {
    const workspace = workspaceOn(two)
    workspace.select(["a", "b"])
    joined(workspace)
    const [only, ...more] = geometries(workspace) as { parts: number[][][][] }[]
    expect([only?.parts.length, only?.parts[0]?.[0]?.length, more]).toEqual([1, 8, []])
  })
  it("take the second from the first, which keeps its place", () => {
    const workspace = workspaceOn(two)
    workspace.select(["b", "a"])
    subtracted(workspace)
    const [a, b] = geometries(workspace) as { parts: number[][][][] }[]
    expect([a?.parts[0]?.[0], b?.parts[0]?.[0]?.length]).toEqual([square(100, 100, 100), 6])
    workspace.select(["a"])
    subtracted(workspace)
    expect(workspace.session.notice.urgent).toBe(true)
  })
  it("take masks from masks, but never all of one", () => {
    const workspace = workspaceOn({ marks: [mask("m", 100, 100, 40, 20), mask("n", 100, 100, 10, 20)] })
    workspace.select(["m", "n"])
    subtracted(workspace)
    expect(geometries(workspace).map((geometry) => areaOf(maskSpans(geometry)))).toEqual([600, 200])
    workspace.select(["n"])
    workspace.select(["n", "m"])
    subtracted(workspace)
    expect(workspace.session.history.depth).toBe(2)
  })
})

describe("converted", () => {
  it("closes a line to a polygon, and opens it again", () => {
    const points = [
      [100, 100],
      [200, 100],
      [150, 180],
    ]
    const workspace = workspaceOn({ marks: [{ id: "l", kind: "polyline", class: "lake", geometry: { points } }] })
    workspace.select(["l"])
    converted(workspace, "polygon")
    expect(geometries(workspace)).toEqual([{ parts: [[points]] }])
    converted(workspace, "polyline")
    expect(geometries(workspace)).toEqual([{ points: [...points, points[0]] }])
    converted(workspace, "polygon")
    expect(geometries(workspace)).toEqual([{ parts: [[points]] }])
  })
  it("makes the rotated box of least area", () => {
    // A square on its tip, and a point within: sides of 50 times the root of 2, at 45 degrees.
    const ring = [
      [150, 100],
      [200, 150],
      [150, 200],
      [140, 160],
      [100, 150],
    ]
    const workspace = workspaceOn({ marks: [{ ...polygon("a", ring), class: "lake" }] })
    workspace.select(["a"])
    converted(workspace, "rotated_box")
    const [{ cx, cy, w, h, angle }] = geometries(workspace) as [Record<string, number>]
    expect([cx, cy, w, h]).toEqual([150, 150, 70.71, 70.71])
    expect(Math.abs(angle as number) % 90).toBe(45)
  })
  it("makes polygons of boxes and ellipses, whose class has to take them", () => {
    const box = { id: "b", kind: "box", class: "leaf", geometry: { x: 10, y: 10, w: 40, h: 20 } }
    const workspace = workspaceOn({ marks: [box, { ...box, id: "c", class: "car" }] })
    workspace.select(["b", "c"])
    converted(workspace, "polygon")
    expect(workspace.session.annotation().marks.map(({ kind }) => kind)).toEqual(["polygon", "box"])
  })
})
