import { describe, expect, it } from "vitest"
import { laidOver, pointedPens, SURE_PENS, setOffPens, surenessOf, surePens } from "./overlay.ts"
import { LAYER_PENS } from "./pens.ts"

const box = (id: string) => ({ id, kind: "box", class: "car", geometry: { x: 1, y: 2, w: 3, h: 4 } })

describe("laidOver", () => {
  it("keeps marks of one name apart, and gives each annotation a pen", () => {
    const { document, pens } = laidOver([{ marks: [box("m1")] }, {}, { marks: [box("m1"), box("m2")] }])
    expect(document.marks?.map(({ id }) => id)).toEqual(["0/m1", "2/m1", "2/m2"])
    expect([pens.get("0/m1"), pens.get("2/m1"), pens.get("2/m2")]).toEqual([
      LAYER_PENS[0],
      LAYER_PENS[2],
      LAYER_PENS[2],
    ])
  })

  it("starts again where there are more annotations than pens", () => {
    const { pens } = laidOver([...LAYER_PENS.map(() => ({})), { marks: [box("a")] }])
    expect(pens.get(`${LAYER_PENS.length}/a`)).toBe(LAYER_PENS[0])
  })
})

describe("surenessOf", () => {
  it.each([
    [0.9, "sure"],
    [0.89, "unsure"],
    [0.6, "unsure"],
    [0.59, "doubtful"],
  ])("calls %d with a target of 0.9 %s", (confidence, called) => expect(surenessOf(confidence, 0.9)).toBe(called))
  it("knows no doubt where the target is low", () => expect(surenessOf(0.55, 0.5)).toBe("sure"))
})

describe("surePens", () => {
  it("colours marks by how sure they are", () =>
    expect([
      ...surePens(
        new Map([
          ["a", 0.95],
          ["b", 0.3],
        ]),
        0.9,
      ),
    ]).toEqual([
      ["a", SURE_PENS.sure],
      ["b", SURE_PENS.doubtful],
    ]))
})

describe("pointedPens", () => {
  it("sets one mark off", () => {
    const pens = pointedPens({ marks: [box("a"), box("b")] }, "b")
    expect(pens.get("a")?.color).not.toBe(pens.get("b")?.color)
    expect(pens.get("b")?.dash).toEqual([])
  })
})

describe("setOffPens", () => {
  it("draws every mark as the one that is pointed at", () => {
    const document = { marks: [box("a"), box("b")] }
    expect(setOffPens(document).get("a")).toEqual(pointedPens(document, "a").get("a"))
    expect([...setOffPens(document).keys()]).toEqual(["a", "b"])
  })
})
