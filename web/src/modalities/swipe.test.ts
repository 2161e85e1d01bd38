import { describe, expect, it } from "vitest"
import { Swipe } from "./swipe.ts"

const [a, b, own] = ["a", "b", "own"].map((id) => ({ id, name: id.toUpperCase() })) as [V, V, V]
type V = { id: string; name: string }

const shown = (swipe: Swipe) => swipe.pair?.map(({ id }) => id) ?? null

describe("Swipe", () => {
  it("goes round all pairs, and comes back to the last one", () => {
    const swipe = new Swipe([a, b, own])
    const seen = Array.from({ length: 4 }, () => {
      swipe.next()
      return shown(swipe)
    })
    expect(seen).toEqual([
      ["a", "b"],
      ["a", "own"],
      ["b", "own"],
      ["a", "b"],
    ])
    swipe.next()
    swipe.toggle()
    expect(shown(swipe)).toBeNull()
    swipe.toggle()
    expect(shown(swipe)).toEqual(["a", "own"])
  })
  it("has nothing to show of a single version", () => {
    const swipe = new Swipe([own])
    swipe.toggle()
    swipe.next()
    expect([swipe.pairs, swipe.pair]).toEqual([[], null])
  })
  it("keeps the divider in the view", () => {
    const swipe = new Swipe([a, own])
    const seen = [0.3, -1, 7].map((at) => {
      swipe.put(at)
      return swipe.at
    })
    expect(seen).toEqual([0.3, 0, 1])
  })
})
