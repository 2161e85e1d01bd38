import { describe, expect, it } from "vitest"
import { place } from "./place.ts"

const viewport = { width: 400, height: 300 }
const tip = { width: 100, height: 20 }

describe("place", () => {
  it("goes below, centred, 6 px away", () => {
    // 200 + 30 / 2 - 100 / 2 = 165; 100 + 30 + 6 = 136.
    expect(place({ left: 200, top: 100, width: 30, height: 30 }, tip, viewport)).toEqual({ left: 165, top: 136 })
  })
  it("goes above where below has no room", () => {
    // 270 - 6 - 20 = 244.
    expect(place({ left: 200, top: 270, width: 30, height: 30 }, tip, viewport).top).toBe(244)
  })
  it("stays inside at either side", () => {
    expect(place({ left: 0, top: 0, width: 20, height: 20 }, tip, viewport).left).toBe(6)
    // 400 - 6 - 100 = 294.
    expect(place({ left: 390, top: 0, width: 10, height: 20 }, tip, viewport).left).toBe(294)
  })
  it("covers a thing that fills the viewport rather than leaving it", () => {
    // No room above or below: as low as it fits, 300 - 6 - 20 = 274.
    expect(place({ left: 0, top: 0, width: 400, height: 300 }, tip, viewport)).toEqual({ left: 150, top: 274 })
  })
})
