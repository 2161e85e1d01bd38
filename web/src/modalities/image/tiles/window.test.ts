import { describe, expect, it } from "vitest"
import { dragged, firstWindow, shadesOf, type TilesHead, withBands, withEnds } from "./window.ts"

const band = (low: number, high: number) => ({ name: "b", low, high, least: -1000, greatest: 3000 })
/** CT: stored + 1,024 are Hounsfield units, seen from -160 to 240. */
const CT: TilesHead = {
  form: "values",
  width: 64,
  height: 64,
  tile: 512,
  levels: 1,
  alpha: false,
  bits: 16,
  bands: [band(-160, 240), band(0, 100)],
  scale: 1,
  offset: -1024,
  shown: [0],
  inverted: false,
  unit: "HU",
}

describe("firstWindow", () => {
  it("is what the file asks for", () => {
    expect(firstWindow(CT)).toEqual({ bands: [0], ends: [[-160, 240]], inverted: false })
  })
})

describe("withBands", () => {
  it("takes each band's own ends", () => {
    expect(withBands(CT, firstWindow(CT), [1, 0, 1]).ends).toEqual([
      [0, 100],
      [-160, 240],
      [0, 100],
    ])
  })
})

describe("withEnds", () => {
  it("is never narrower than one step", () => {
    expect(withEnds(CT, firstWindow(CT), 50, 50).ends).toEqual([[50, 51]])
    expect(withEnds(CT, firstWindow(CT), 0, 10).ends).toEqual([[0, 10]])
  })
})

describe("dragged", () => {
  it("moves by shares of the width, and widens around the middle", () => {
    // 400 wide around 40; a quarter of it further is 140.
    expect(dragged(CT, firstWindow(CT), 0, 0.25).ends).toEqual([[-60, 340]])
    const [[low, high]] = dragged(CT, firstWindow(CT), Math.log(2), 0).ends as [[number, number]]
    expect([low, high].map(Math.round)).toEqual([-360, 440])
  })
})

describe("shadesOf", () => {
  it("is black at the low end, white at the high, and straight between", () => {
    const shades = shadesOf(CT, [-160, 240], false)
    expect(shades).toHaveLength(65_536)
    // -160 is stored as 864, 240 as 1,264; the middle, 40, as 1,064: 127.5 rounds to 128.
    expect([shades[0], shades[864], shades[1064], shades[1264], shades[65_535]]).toEqual([0, 0, 128, 255, 255])
  })

  it("is the other way round if inverted", () => {
    const shades = shadesOf(CT, [-160, 240], true)
    expect([shades[0], shades[1264]]).toEqual([255, 0])
  })
})
