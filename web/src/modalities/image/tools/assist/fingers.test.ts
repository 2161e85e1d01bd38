import { beforeEach, describe, expect, it } from "vitest"
import { areaOf, NO_SPANS } from "#geometry/spans.ts"
import { answered, DirectAnswerer, disc } from "../../assist/testing.ts"
import { commandsAndKeys } from "../../commands/table.ts"
import { maskSpans } from "../../kinds/mask.ts"
import { click, drag, IMAGE, linkedWorkspace, box as markBox, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"

let workspace: Workspace
beforeEach(() => {
  workspace = workspaceOn()
  const answerer = new DirectAnswerer({ one: disc(IMAGE.width, IMAGE.height, [150, 140], 60) })
  workspace.assistance.answerer = () => answerer
  workspace.assistance.sources = [{ url: "one", size: IMAGE }]
  workspace.useClass("leaf")
})

/** A finger lands, and a second one: they move the view. */
function pinch(x: number, y: number): void {
  workspace.machine.pointerDown(pointerAt(x, y))
  workspace.machine.interrupt()
}

const found = () => {
  const geometry = workspace.sketched?.fresh?.geometry
  return areaOf(geometry ? maskSpans(geometry) : NO_SPANS)
}

describe("two fingers that move the view", () => {
  it.each(["scissors", "region", "cutout"])("begin nothing with the %s tool", (tool) => {
    workspace.choose(tool)
    pinch(150, 140)
    expect([workspace.machine.state, workspace.sketched]).toEqual(["ready", null])
  })

  it("leave the scissors' line as it is", { timeout: 60_000 }, async () => {
    workspace.choose("scissors")
    click(workspace, 90, 140)
    click(workspace, 150, 80)
    await answered(workspace)
    pinch(20, 20)
    await answered(workspace)
    expect(workspace.sketched?.dots).toHaveLength(2)
  })

  it("add nothing to a region, and take nothing off", { timeout: 60_000 }, async () => {
    workspace.choose("region")
    click(workspace, 150, 140)
    await answered(workspace)
    const before = found()
    expect(before).toBeGreaterThan(0)
    pinch(5, 5)
    await answered(workspace)
    expect([found(), workspace.sketched?.dots?.length]).toEqual([before, 1])
  })

  it("are no stroke in a box that is cut out, nor is what lands beside the box next", { timeout: 60_000 }, async () => {
    workspace.choose("cutout")
    drag(workspace, [
      [80, 70],
      [222, 212],
    ])
    await answered(workspace)
    pinch(150, 140)
    expect(workspace.sketched?.dots).toEqual([])
    click(workspace, 300, 250)
    expect([workspace.sketched?.dots, workspace.assistance.isAsking]).toEqual([[], false])
  })

  it("leave the first corner of a box that is cut out", () => {
    workspace.choose("cutout")
    click(workspace, 80, 70)
    pinch(20, 20)
    expect(workspace.machine.state).toBe("boxing")
  })

  it("refuse nothing that is offered", { timeout: 60_000 }, async () => {
    workspace.choose("box")
    drag(workspace, [
      [70, 60],
      [230, 220],
    ])
    const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
    commands.run("assist.fit", workspace, workspace.keyMode)
    await answered(workspace)
    expect(workspace.sketched?.offers?.map(({ isTaken }) => isTaken)).toEqual([true])
    pinch(90, 140)
    expect(workspace.sketched?.offers?.map(({ isTaken }) => isTaken)).toEqual([true])
    click(workspace, 90, 140)
    expect(workspace.sketched?.offers?.map(({ isTaken }) => isTaken)).toEqual([false])
  })
})

describe("taking off without keys", () => {
  it("is switched on for one gesture; Shift adds meanwhile", { timeout: 60_000 }, async () => {
    workspace.choose("region")
    click(workspace, 150, 140)
    await answered(workspace)
    expect(workspace.assistance.gesture?.canTakeOff).toBe(true)
    workspace.assistance.takesOff = true
    click(workspace, 150, 140)
    await answered(workspace)
    expect(found()).toBe(0)
    click(workspace, 150, 140, { shift: true })
    await answered(workspace)
    expect(found()).toBeGreaterThan(0)
    workspace.cancel()
    expect(workspace.assistance.takesOff).toBe(false)
  })
})

describe("relations by taps", () => {
  const cars = () => linkedWorkspace([markBox("a", 20, 20, 60, 60), markBox("b", 200, 20, 60, 60, { class: "dog" })])

  it("outlive two fingers and a tap beside the mark", () => {
    const linked = cars()
    linked.choose("link")
    click(linked, 230, 50)
    linked.machine.pointerDown(pointerAt(150, 200))
    linked.machine.interrupt()
    click(linked, 150, 200)
    expect([linked.machine.state, linked.linker.begun]).toEqual(["reaching", "b"])
    click(linked, 50, 50)
    expect(linked.session.annotation().links).toMatchObject([{ type: "chases", from: "b", to: "a" }])
  })

  it("are not begun by two fingers", () => {
    const linked = cars()
    linked.choose("link")
    linked.machine.pointerDown(pointerAt(230, 50))
    linked.machine.interrupt()
    expect([linked.machine.state, linked.linker.begun]).toEqual(["ready", null])
  })
})
