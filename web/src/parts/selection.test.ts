import { describe, expect, it } from "vitest"
import { Selection } from "./selection.svelte.ts"

const listed = ["a", "b", "c", "d", "e"]
const chosen = (selection: Selection) => [...selection.keys].sort().join("")

describe("Selection", () => {
  it("toggles one by one", () => {
    const selection = new Selection()
    selection.toggle("a")
    selection.toggle("c")
    selection.toggle("a")
    expect(chosen(selection)).toBe("c")
  })

  it("extends from the last one touched, in either direction, and keeps the anchor", () => {
    const selection = new Selection()
    selection.toggle("c")
    selection.extend("d", listed)
    expect(chosen(selection)).toBe("cd")
    selection.extend("a", listed)
    expect(chosen(selection)).toBe("abcd")
  })

  it("extends from the one itself where nothing was touched or the anchor is gone", () => {
    const selection = new Selection()
    selection.extend("b", listed)
    expect(chosen(selection)).toBe("b")
    selection.only("z")
    selection.extend("d", listed)
    expect(chosen(selection)).toBe("dz")
  })

  it("ignores a key that is not listed", () => {
    const selection = new Selection()
    selection.extend("z", listed)
    expect(selection.size).toBe(0)
  })

  it("chooses all, then none of those listed", () => {
    const selection = new Selection()
    selection.toggle("z")
    selection.toggleAll(listed)
    expect(chosen(selection)).toBe("abcdez")
    selection.toggleAll(listed)
    expect(chosen(selection)).toBe("z")
  })

  it("drops what no longer exists", () => {
    const selection = new Selection()
    selection.toggleAll(listed)
    selection.keep(["b", "x"])
    expect(chosen(selection)).toBe("b")
  })
})
