import { describe, expect, it } from "vitest"
import { Settings } from "../settings.ts"
import { LightDrag } from "./lightDrag.ts"
import { NO_TILES, type TilesState } from "./tiles/tileLayer.ts"
import type { TilesHead, Window } from "./tiles/window.ts"

const head: TilesHead = {
  form: "values",
  width: 10,
  height: 10,
  tile: 512,
  levels: 1,
  alpha: false,
  bits: 16,
  bands: [{ name: "Band 1", low: 100, high: 300, least: 0, greatest: 1000 }],
  scale: 1,
  offset: 0,
  shown: [0],
  inverted: false,
  unit: "HU",
}

function tilesAt(first: TilesState) {
  const tiles = {
    state: first,
    look(window: Window) {
      tiles.state = { ...tiles.state, window }
    },
  }
  return tiles
}

describe("a drag for light", () => {
  it("makes a picture softer to the right and darker downward, from where it began", () => {
    const settings = new Settings(null)
    const drag = new LightDrag(settings, () => tilesAt(NO_TILES))
    drag.begin()
    drag.to(500, 500)
    drag.to(100, 60)
    // e ** -0.5 is 0.61; 1 - 60 / 200 is 0.7.
    expect(settings.values).toMatchObject({ contrast: 0.61, brightness: 0.7 })
    expect(drag.end()).toBe("Brightness 70 %, contrast 61 %.")
    drag.to(0, 0)
    expect(settings.values.brightness).toBe(0.7)
  })
  it("keeps within what a picture can bear", () => {
    const settings = new Settings(null)
    const drag = new LightDrag(settings, () => tilesAt(NO_TILES))
    drag.begin()
    drag.to(-5000, -5000)
    expect(settings.values).toMatchObject({ contrast: 3, brightness: 3 })
  })
  it("moves the window of an image of values, and leaves the light of pictures alone", () => {
    const settings = new Settings(null)
    const window = { bands: [0], ends: [[100, 300]] as const, inverted: false }
    const tiles = tilesAt({ ...NO_TILES, phase: "shown", head, window })
    const drag = new LightDrag(settings, () => tiles)
    drag.begin()
    drag.to(0, 100)
    // Half its width of 200 further up: what was 200 to 400 before is as dark as 100 to 300 was.
    expect(tiles.state.window?.ends).toEqual([[200, 400]])
    expect(settings.values.brightness).toBe(1)
    expect(drag.end()).toBe("Black 200, white 400 HU.")
  })
})
