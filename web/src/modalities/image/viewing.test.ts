import { describe, expect, it } from "vitest"
import { imagePoint, screenPoint } from "#geometry/point.ts"
import { toImage, toScreen } from "#geometry/viewport.ts"
import { workspaceOn } from "./testing.ts"

const PANE = { width: 600, height: 400 }

function seen(degrees: number) {
  const workspace = workspaceOn()
  workspace.resize(PANE, 1)
  workspace.fit()
  workspace.turnTo(degrees)
  return workspace
}

describe("a turned view", () => {
  it("fits the whole image upright or lying", () => {
    // 400 x 300 in 600 x 400 less margins of 16: 368 / 300; lying, 300 x 400: 368 / 400.
    expect(seen(0).view.scale).toBeCloseTo(368 / 300, 6)
    expect(seen(90).view.scale).toBeCloseTo(368 / 400, 6)
    expect(seen(90).size).toEqual({ width: 400, height: 600 })
  })
  it.each([0, 90, 180, -90, 30])("by %i degrees keeps the middle of the image in the middle of the pane", (degrees) => {
    const workspace = seen(degrees)
    const [x, y] = workspace.inPane(toScreen(workspace.view, imagePoint(200, 150)))
    // Offsets are whole pixels.
    expect(Math.hypot(x - 300, y - 200)).toBeLessThan(1)
  })
  it.each([0, 90, 17, -120])("by %i degrees finds the image point under the pointer", (degrees) => {
    const workspace = seen(degrees)
    const at = toImage(workspace.view, workspace.onTable(screenPoint(123, 45)))
    const [x, y] = workspace.inPane(toScreen(workspace.view, at))
    expect([x, y].map((each) => Math.round(each * 1e6) / 1e6)).toEqual([123, 45])
  })
  it("by a quarter clockwise has the image's left side on top", () => {
    const workspace = seen(90)
    const [, top] = workspace.inPane(toScreen(workspace.view, imagePoint(0, 150)))
    const [, bottom] = workspace.inPane(toScreen(workspace.view, imagePoint(400, 150)))
    expect(top).toBeLessThan(bottom)
    // To the right in the pane is up in the image.
    expect(workspace.wayInImage(1, 0).map((each) => each + 0)).toEqual([0, -1])
  })
  it("shows what one zooms to in the middle", () => {
    const workspace = seen(45)
    workspace.zoomToBox({ x: 100, y: 100, w: 20, h: 20 })
    const [x, y] = workspace.inPane(toScreen(workspace.view, imagePoint(110, 110)))
    expect(Math.hypot(x - 300, y - 200)).toBeLessThan(1)
  })
})
