import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { relabel } from "#editor/actions.ts"
import { fullMark } from "#editor/annotation.ts"
import { imagePoint } from "#geometry/point.ts"
import { isPlaced, type Pose } from "#geometry/pose.ts"
import { IMAGE, workspaceOn } from "../testing.ts"
import { geometryOf, skeletonKind as kind, poseOf } from "./skeleton.ts"

const pose: Pose = [
  [100, 50, 2],
  [140, 150, 1],
  [0, 0, 0],
]
const geometry = geometryOf(pose)

const joints = fc.oneof(
  fc.constant([0, 0, 0] as const),
  fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 300 }), fc.constantFrom(1 as const, 2 as const)),
)
const poses = fc.array(joints, { minLength: 1, maxLength: 6 }).filter((each) => each.some(isPlaced))

describe("skeletonKind", () => {
  it("has the box around its placed points", () => {
    expect(kind.bounds(geometry)).toEqual({ x: 100, y: 50, w: 40, h: 100 })
  })

  it("stays sound whatever is done with it, and absent points stay absent", () => {
    const amounts = fc.integer({ min: -500, max: 500 })
    fc.assert(
      fc.property(
        poses,
        amounts,
        amounts,
        fc.constantFrom("left", "top", "right", "bottom"),
        (points, dx, dy, edge) => {
          const before = geometryOf(points)
          const changes = [
            kind.moved(before, dx, dy, IMAGE),
            kind.pushed(before, edge, dx, IMAGE),
            kind.reshaped(before, "se", imagePoint(dx, dy), false, IMAGE),
            kind.mended(before, IMAGE) ?? before,
          ]
          for (const after of changes) {
            expect(kind.problems(after, IMAGE)).toEqual([])
            expect(poseOf(after).map(([, , visibility]) => visibility)).toEqual(points.map(([, , each]) => each))
          }
        },
      ),
    )
  })

  it("moves one point, and makes an absent one visible", () => {
    expect(kind.reshaped(geometry, "point.1", imagePoint(150, 160), false, IMAGE).points).toEqual([
      [100, 50, 2],
      [150, 160, 1],
      [0, 0, 0],
    ])
    expect(poseOf(kind.reshaped(geometry, "point.2", imagePoint(500, 99), false, IMAGE))[2]).toEqual([400, 99, 2])
  })

  it("is picked at its points before its inside", () => {
    const near = kind.pickCost(geometry, imagePoint(101, 50), 5)
    const inside = kind.pickCost(geometry, imagePoint(130, 60), 5)
    expect(near).toBeLessThan(1)
    expect(inside).toBeGreaterThanOrEqual(1)
    expect(kind.pickCost(geometry, imagePoint(90, 60), 5)).toBeNull()
  })

  it("has a grip for each placed point, before those of its corners", () => {
    expect(kind.handles(geometry, 1).map(({ name, form }) => `${name} ${form}`)).toEqual([
      "nw square",
      "ne square",
      "se square",
      "sw square",
      "point.0 joint",
      "point.1 hollow",
    ])
    expect(kind.handleUnder(geometry, imagePoint(140, 150), 5)?.name).toBe("point.1")
    expect(kind.pointGrips?.(geometry).map(({ name }) => name)).toEqual(["point.0", "point.1", "point.2"])
  })

  it("takes points away but for the last, and hides and shows them", () => {
    const one = kind.withoutHandle?.(geometry, "point.0")
    expect(one?.points).toEqual([
      [0, 0, 0],
      [140, 150, 1],
      [0, 0, 0],
    ])
    expect(kind.withoutHandle?.(one ?? {}, "point.1")).toBeNull()
    expect(poseOf(kind.turnedHandle?.(geometry, "point.1") ?? {})[1]).toEqual([140, 150, 2])
    expect(kind.turnedHandle?.(geometry, "point.2")).toBeNull()
  })

  it("says itself in words", () => {
    expect(kind.words(geometry)).toBe("2 of 3 points, 1 hidden, 40 × 100 px at 100, 50")
    expect(kind.words({})).toBe("broken skeleton")
  })
})

describe("relabel", () => {
  it("leaves a skeleton to classes with as many points", () => {
    const mark = fullMark({ id: "s", kind: "skeleton", class: "walker", geometry: geometryOf([[9, 9, 2]]) })
    const workspace = workspaceOn({ marks: [{ ...mark, class: "dog" }] })
    relabel(workspace.session, ["s"], "walker")
    expect(workspace.session.mark("s")?.class).toBe("dog")
  })
})
