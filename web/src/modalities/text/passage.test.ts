import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Passage } from "./passage.ts"

/* "a😀b" is three code points and four UTF-16 units. */
const astral = new Passage("a😀b\n𝒳𝒴 z")

describe("Passage", () => {
  it("counts code points", () => {
    expect(astral.length).toBe(8)
    expect([0, 1, 2, 3, 4, 5, 6].map((point) => astral.toUnit(point))).toEqual([0, 1, 3, 4, 5, 7, 9])
    expect([0, 1, 3, 4, 5, 7, 9].map((unit) => astral.toPoint(unit))).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(astral.slice({ from: 1, to: 2 })).toBe("😀")
    expect(astral.slice({ from: 4, to: 6 })).toBe("𝒳𝒴")
  })

  it("slices any text as its code points do", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(40), fc.nat(40), (text, a, b) => {
        const points = [...text]
        const [from, to] = [Math.min(a, b, points.length), Math.min(Math.max(a, b), points.length)]
        const passage = new Passage(text)
        expect(passage.length).toBe(points.length)
        expect(passage.slice({ from, to })).toBe(points.slice(from, to).join(""))
        expect(passage.toPoint(passage.toUnit(from))).toBe(from)
      }),
    )
  })

  it("is its paragraphs, one after another", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "😀", "\r\n") }), (text) => {
        const passage = new Passage(text)
        expect(passage.paragraphs.map((each) => passage.slice(each)).join("")).toBe(text)
        passage.paragraphs.forEach((each, at) => {
          if (each.from < each.to) expect(passage.paragraphAt(each.to - 1)).toBe(at)
        })
      }),
    )
  })

  it("knows its words, in front of a place, behind it and around it", () => {
    const text = new Passage("Ada lives\nin Rome.")
    expect(text.wordFrom(0)).toEqual({ from: 0, to: 3 })
    expect(text.wordFrom(1)).toEqual({ from: 4, to: 9 })
    // The next word lies in the next paragraph: "Ada lives\n" has ten characters.
    expect(text.wordFrom(5)).toEqual({ from: 10, to: 12 })
    expect(text.wordFrom(14)).toBeNull()
    expect(text.wordBefore(10)).toEqual({ from: 4, to: 9 })
    expect(text.wordBefore(0)).toBeNull()
    expect(text.wordNear(6)).toEqual({ from: 4, to: 9 })
    expect(text.wordNear(18)).toEqual({ from: 13, to: 17 })
  })

  it("leaves the blanks at the ends of a stretch", () => {
    const text = new Passage("  😀 two  ")
    expect(text.trimmed({ from: 0, to: 10 })).toEqual({ from: 2, to: 7 })
    expect(text.trimmed({ from: 0, to: 2 })).toBeNull()
  })
})
