import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fullMark } from "#editor/annotation.ts"
import { imagePoint } from "#geometry/point.ts"
import { Scene } from "./scene.ts"
import { box } from "./testing.ts"

const ids = (scene: Scene, slots: Iterable<number>) => [...slots].map((slot) => scene.markAt(slot).id)

function sceneOf(...boxes: ReturnType<typeof box>[]): Scene {
  const scene = new Scene()
  boxes.forEach((each, order) => {
    scene.put(fullMark(each), order, false)
  })
  return scene
}

describe("Scene", () => {
  it("orders by z, then by place in the document, whatever comes and goes", () => {
    const change = fc.record({ id: fc.nat(9), z: fc.integer({ min: -2, max: 2 }), gone: fc.boolean() })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const scene = new Scene()
        const all = new Map<string, { z: number; order: number }>()
        for (const { id, z, gone } of changes) {
          const name = `m${id}`
          if (gone) {
            scene.remove(name)
            all.delete(name)
          } else {
            scene.put(fullMark(box(name, id, id, 5, 5, { z })), id, false)
            all.set(name, { z, order: id })
          }
        }
        const expected = [...all].sort(([, a], [, b]) => a.z - b.z || a.order - b.order).map(([name]) => name)
        expect(ids(scene, scene.ordered())).toEqual(expected)
        expect(ids(scene, scene.query({ x: 0, y: 0, w: 100, h: 100 }))).toEqual(expected)
      }),
    )
  })

  it("leaves out marks without a place", () => {
    const scene = new Scene()
    scene.put(fullMark({ id: "t", kind: "tag", class: "night" }), 0, false)
    expect(scene.size).toBe(0)
  })

  it("counts what is drawn, up to a limit", () => {
    const scene = sceneOf(box("a", 0, 0, 5, 5), box("b", 1, 1, 5, 5), box("c", 90, 90, 5, 5))
    const area = { x: 0, y: 0, w: 20, h: 20 }
    expect(scene.weightIn(area, 10)).toBe(2)
    scene.lift(scene.slotOf("a") as number, true)
    expect(scene.weightIn(area, 10)).toBe(1)
    scene.hide((mark) => mark.id === "b")
    expect(scene.weightIn(area, 10)).toBe(0)
  })

  it("knows what nothing that is drawn lies over", () => {
    const scene = sceneOf(box("a", 0, 0, 9, 9), box("b", 5, 5, 9, 9), box("far", 90, 90, 5, 5))
    const slot = (id: string) => scene.slotOf(id) as number
    expect(["a", "b", "far"].map((id) => scene.isOnTop(slot(id)))).toEqual([false, true, true])
    scene.lift(slot("b"), true)
    expect([scene.isOnTop(slot("a")), scene.isLifted(slot("b"))]).toEqual([true, true])
    scene.remove("b")
    scene.put(fullMark(box("c", 5, 5, 9, 9, { z: -1 })), 3, false)
    expect(scene.isOnTop(slot("a"))).toBe(true)
  })

  it("picks the one on top of equals, and passes over what is not open", () => {
    const scene = sceneOf(box("a", 0, 0, 50, 50), box("b", 0, 0, 50, 50))
    expect(scene.pick(imagePoint(25, 25), 2, () => true)).toBe("b")
    expect(scene.pick(imagePoint(25, 25), 2, (mark) => mark.id !== "b")).toBe("a")
    expect(scene.pick(imagePoint(25, 25), 2, () => true, "b")).toBe("a")
    expect(scene.pick(imagePoint(200, 200), 2, () => true)).toBeNull()
  })

  it("grows beyond its first capacity", () => {
    const scene = sceneOf(...Array.from({ length: 1000 }, (_, i) => box(`m${i}`, i % 100, Math.floor(i / 100), 1, 1)))
    expect(scene.ordered()).toHaveLength(1000)
    expect(scene.within({ x: 0, y: 0, w: 9.5, h: 0.9 }, true)).toHaveLength(10)
  })
})
