import { describe, expect, it } from "vitest"
import { click, drag, pointerAt, workspaceOn } from "../../testing.ts"
import { wordsOf } from "./measure.ts"

describe("the ruler", () => {
  it("tells length, sides and angle", () => {
    // A triangle of 30, 40 and 50; atan(40 / 30) = 53.13 degrees.
    expect(wordsOf({ from: [10, 10], to: [40, 50] })).toBe("50 px · 30 × 40 · 53.1°")
    expect(wordsOf({ from: [5, 5], to: [5, 5] })).toBe("0 px · 0 × 0 · 0°")
  })
  it("measures by a drag, stands, and writes nothing", () => {
    const workspace = workspaceOn()
    workspace.choose("ruler")
    drag(workspace, [
      [100, 100],
      [120, 120],
      [130, 140],
    ])
    expect(workspace.sketched?.measure).toEqual({ from: [100, 100], to: [130, 140] })
    expect([workspace.session.annotation().marks, workspace.session.history.depth]).toEqual([[], 0])
    workspace.cancel()
    expect(workspace.sketched).toBeNull()
  })
  it("measures between two clicks, straight with Shift", () => {
    const workspace = workspaceOn({}, "view")
    workspace.choose("ruler")
    click(workspace, 100, 100)
    workspace.machine.pointerMove(pointerAt(150, 110))
    click(workspace, 160, 110, { shift: true })
    expect(workspace.sketched?.measure).toEqual({ from: [100, 100], to: [160, 100] })
  })
})
