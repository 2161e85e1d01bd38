import { describe, expect, it, vi } from "vitest"
import { fullMark } from "#editor/annotation.ts"
import { Scene } from "../scene.ts"
import { box } from "../testing.ts"
import type { Look } from "./look.ts"
import { Walk } from "./stratum.ts"

const look: Look = { penOf: () => ({ color: "#000000", dash: [], width: 2 }) }
const ALL = { x: 0, y: 0, w: 400, h: 300 }
const EVER = Number.POSITIVE_INFINITY

function stratumOf(...boxes: ReturnType<typeof box>[]) {
  const scene = new Scene()
  boxes.forEach((each, order) => {
    scene.put(fullMark(each), order, false)
  })
  return { scene, look, isShown: true }
}

/** What a walk draws, as "id" or "id halo". */
function drawn(walk: Walk, until = EVER): string[] {
  const found: string[] = []
  walk.go((scene, slot, _look, isHalo) => found.push(scene.markAt(slot).id + (isHalo ? " halo" : "")), until)
  return found
}

describe("Walk", () => {
  const under = stratumOf(box("a", 0, 0, 10, 10), box("far", 300, 0, 10, 10))
  const over = stratumOf(box("top", 5, 5, 10, 10, { z: 1 }), box("b", 0, 0, 10, 10))

  it("draws what touches the area, stratum by stratum, in order", () => {
    expect(drawn(new Walk([under, over], { x: 0, y: 0, w: 100, h: 100 }, false))).toEqual(["a", "b", "top"])
  })

  it("lays all halos of a stratum under its marks", () => {
    const words = ["a halo", "far halo", "a", "far", "b halo", "top halo", "b", "top"]
    expect(drawn(new Walk([under, over], ALL, true))).toEqual(words)
  })

  it("leaves out what is not shown, hidden or lifted", () => {
    const { scene, ...rest } = stratumOf(box("a", 0, 0, 5, 5), box("b", 0, 0, 5, 5), box("c", 0, 0, 5, 5))
    scene.hide(({ id }) => id === "a")
    scene.lift(scene.slotOf("b") as number, true)
    expect(
      drawn(
        new Walk(
          [
            { ...under, isShown: false },
            { scene, ...rest },
          ],
          ALL,
          true,
        ),
      ),
    ).toEqual(["c halo", "c"])
  })

  it("stops when its time is over and goes on where it stopped", () => {
    const many = stratumOf(...Array.from({ length: 300 }, (_, i) => box(`m${i}`, i, 0, 1, 1)))
    const walk = new Walk([many], ALL, true)
    const clock = vi.spyOn(performance, "now").mockReturnValue(10)
    const slices = [drawn(walk, 5), drawn(walk, 5), drawn(walk, EVER)]
    clock.mockRestore()
    // A slice looks at the clock after 64 marks of weight 1.
    expect(slices.map((slice) => slice.length)).toEqual([64, 64, 2 * 300 - 128])
    expect(slices.flat()).toEqual(drawn(new Walk([many], ALL, true)))
  })

  it("is broken by a mark that comes, goes or changes places, not by one that moves", () => {
    const stratum = stratumOf(box("a", 0, 0, 5, 5), box("b", 0, 0, 5, 5))
    const walk = new Walk([stratum], ALL, false)
    stratum.scene.put(fullMark(box("a", 50, 50, 5, 5)), 0, false)
    expect(walk.isBroken).toBe(false)
    stratum.scene.put(fullMark(box("a", 50, 50, 5, 5, { z: 1 })), 0, false)
    expect(walk.isBroken).toBe(true)
    const next = new Walk([stratum], ALL, false)
    stratum.scene.remove("b")
    expect(next.isBroken).toBe(true)
  })
})
