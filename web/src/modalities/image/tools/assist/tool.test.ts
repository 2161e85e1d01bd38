import { beforeEach, describe, expect, it } from "vitest"
import type { Mark } from "#editor/annotation.ts"
import { iou } from "#geometry/box.ts"
import type { Path } from "#geometry/path.ts"
import { rasterised, type Spans } from "#geometry/spans.ts"
import { lastImage } from "../../assist/lastImage.ts"
import { answered, DirectAnswerer, disc, discSpans, iouOf, picture } from "../../assist/testing.ts"
import { commandsAndKeys } from "../../commands/table.ts"
import { maskSpans } from "../../kinds/mask.ts"
import { placedKind } from "../../kinds/table.ts"
import { click, drag, IMAGE, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"

const { width, height } = IMAGE
const DISC = discSpans(width, height, [150, 140], 60)
/** The second image shows the same, 12 px further right and 8 px further down. */
const IMAGES = {
  one: disc(width, height, [150, 140], 60),
  two: disc(width, height, [162, 148], 60),
}

function helped(document = {}): Workspace {
  const workspace = workspaceOn(document)
  workspace.assistance.answerer = () => answerer
  workspace.assistance.sources = ["one", "two"].map((url) => ({ url, size: IMAGE }))
  return workspace
}

let answerer: DirectAnswerer
beforeEach(() => {
  answerer = new DirectAnswerer(IMAGES)
  lastImage.handedIn = null
})

function marks(workspace: Workspace): readonly Mark[] {
  return workspace.session.annotation().marks
}

function covered({ kind, geometry }: Mark): Spans {
  if (kind === "mask") return maskSpans(geometry)
  return rasterised(placedKind(kind)?.covered?.(geometry) ?? [], IMAGE)
}

function only(workspace: Workspace): Mark {
  expect(marks(workspace)).toHaveLength(1)
  return marks(workspace)[0] as Mark
}

/** Clicks around the disc, a quarter each, and ends with N. */
async function layAround(workspace: Workspace): Promise<void> {
  workspace.choose("scissors")
  for (const [x, y] of [
    [90, 140],
    [150, 80],
    [210, 140],
    [150, 200],
  ] as const) {
    click(workspace, x, y)
    await answered(workspace)
  }
  workspace.machine.finish()
  await answered(workspace)
}

describe("scissors", () => {
  it("draw a polygon that follows the edge, as one step", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    await layAround(workspace)
    const mark = only(workspace)
    expect([mark.kind, workspace.session.history.depth]).toEqual(["polygon", 1])
    expect([mark.source, mark.made]).toEqual(["human", { by: "scissors" }])
    // Four corners alone cover 2 / pi of the disc.
    expect(iouOf(covered(mark), DISC)).toBeGreaterThan(0.97)
  })

  it("draw a mask where the class takes no polygon", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("soil")
    await layAround(workspace)
    expect([only(workspace).kind, iouOf(covered(only(workspace)), DISC) > 0.97]).toEqual(["mask", true])
  })

  it("carry out clicks that come before their answers, one after another", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    workspace.choose("scissors")
    for (const [x, y] of [
      [90, 140],
      [150, 80],
      [210, 140],
      [150, 200],
    ] as const)
      click(workspace, x, y)
    workspace.machine.finish()
    await answered(workspace)
    expect(iouOf(covered(only(workspace)), DISC)).toBeGreaterThan(0.97)
  })

  it("take the last stretch back, and are called off by Escape", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    workspace.choose("scissors")
    click(workspace, 90, 140)
    click(workspace, 150, 80)
    await answered(workspace)
    expect(workspace.sketched?.dots).toHaveLength(2)
    workspace.machine.back()
    expect(workspace.sketched?.dots).toHaveLength(1)
    workspace.cancel()
    await answered(workspace)
    expect([marks(workspace), workspace.sketched, workspace.assistance.gesture]).toEqual([[], null, null])
  })

  it("go straight with Ctrl", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    workspace.choose("scissors")
    for (const [x, y] of [
      [20, 20],
      [60, 20],
      [60, 60],
    ] as const)
      click(workspace, x, y, { ctrl: true })
    workspace.machine.pointerMove(pointerAt(20, 20, { ctrl: true }))
    workspace.machine.pointerUp(pointerAt(20, 20, { ctrl: true }))
    await answered(workspace)
    expect((only(workspace).geometry.parts as Path[][])[0]?.[0]).toEqual([
      [20, 20],
      [60, 20],
      [60, 60],
    ])
  })
})

describe("region", () => {
  it("makes a mask of what is clicked, as one step", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("leaf")
    workspace.choose("region")
    click(workspace, 150, 140)
    await answered(workspace)
    expect(iouOf(maskSpans(workspace.sketched?.fresh?.geometry ?? {}), DISC)).toBeGreaterThan(0.9)
    expect(marks(workspace)).toEqual([])
    workspace.machine.finish()
    await answered(workspace)
    expect([only(workspace).kind, workspace.session.history.depth]).toEqual(["mask", 1])
    expect(iouOf(covered(only(workspace)), DISC)).toBeGreaterThan(0.97)
    workspace.session.undo()
    expect(marks(workspace)).toEqual([])
  })

  it("makes a polygon where the class takes no mask", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    workspace.choose("region")
    click(workspace, 150, 140)
    workspace.machine.finish()
    await answered(workspace)
    expect([only(workspace).kind, iouOf(covered(only(workspace)), DISC) > 0.95]).toEqual(["polygon", true])
  })

  it("takes off with Shift, takes the last click back, and says what is missing", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("leaf")
    workspace.choose("region")
    click(workspace, 150, 140)
    click(workspace, 150, 140, { shift: true })
    await answered(workspace)
    expect(workspace.sketched?.fresh).toBeUndefined()
    workspace.machine.back()
    await answered(workspace)
    expect(workspace.sketched?.fresh).toBeDefined()
    workspace.machine.back()
    expect([workspace.machine.state, marks(workspace)]).toEqual(["ready", []])
  })

  it("calls off what is overtaken, and leaves nothing behind when called off itself", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("leaf")
    workspace.choose("region")
    click(workspace, 150, 140)
    click(workspace, 5, 5)
    expect(answerer.calledOff).toBe(1)
    workspace.cancel()
    await answered(workspace)
    expect([answerer.calledOff, marks(workspace), workspace.sketched]).toEqual([2, [], null])
  })

  it("says why there is no answer", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.assistance.sources = [{ url: "gone", size: IMAGE }]
    workspace.useClass("leaf")
    workspace.choose("region")
    click(workspace, 150, 140)
    await answered(workspace)
    expect(workspace.session.notice).toEqual({ text: "There is no image gone.", urgent: true })
  })

  it("needs a class that takes a mask or a polygon", () => {
    const workspace = helped()
    workspace.choose("region")
    workspace.session.hold("car")
    click(workspace, 150, 140)
    expect([workspace.machine.state, workspace.session.notice.urgent]).toEqual(["ready", true])
  })
})

describe("cut", () => {
  it("finds the thing in a box, and takes strokes", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("leaf")
    workspace.choose("cutout")
    drag(workspace, [
      [80, 70],
      [150, 150],
      [222, 212],
    ])
    await answered(workspace)
    expect(workspace.machine.state).toBe("mending")
    drag(
      workspace,
      [
        [150, 90],
        [150, 110],
      ],
      { shift: true },
    )
    await answered(workspace)
    workspace.machine.back()
    await answered(workspace)
    workspace.machine.finish()
    expect([only(workspace).kind, workspace.session.history.depth]).toEqual(["mask", 1])
    expect(iouOf(covered(only(workspace)), DISC)).toBeGreaterThan(0.97)
  })

  it("is accepted before it is found, as soon as it is", { timeout: 60_000 }, async () => {
    const workspace = helped()
    workspace.useClass("lake")
    workspace.choose("cutout")
    drag(workspace, [
      [80, 70],
      [222, 212],
    ])
    workspace.machine.finish()
    expect(marks(workspace)).toEqual([])
    await answered(workspace)
    expect([only(workspace).kind, iouOf(covered(only(workspace)), DISC) > 0.95]).toEqual(["polygon", true])
  })
})

function run(workspace: Workspace, id: string): string | null {
  const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
  return commands.run(id, workspace, workspace.keyMode)
}

describe("offers", () => {
  const loose = { id: "a", kind: "box", class: "leaf", geometry: { x: 70, y: 60, w: 160, h: 160 }, attributes: {} }
  const square = {
    id: "b",
    kind: "polygon",
    class: "lake",
    geometry: {
      parts: [
        [
          [
            [95, 120],
            [120, 88],
            [150, 76],
            [186, 90],
            [207, 125],
            [206, 162],
            [184, 194],
            [150, 204],
            [112, 190],
            [93, 158],
          ],
        ],
      ],
    },
    attributes: {},
  }

  it("draw a box tight, once accepted", { timeout: 60_000 }, async () => {
    const workspace = helped({ marks: [loose] })
    workspace.select(["a"])
    expect(run(workspace, "assist.fit")).toBeNull()
    await answered(workspace)
    expect([workspace.keyMode, workspace.sketched?.offers?.length]).toEqual(["offers", 1])
    expect(only(workspace).geometry).toEqual(loose.geometry)
    run(workspace, "offers.accept")
    const { x, y, w, h } = only(workspace).geometry as { x: number; y: number; w: number; h: number }
    expect(iou({ x, y, w, h }, { x: 90, y: 80, w: 120, h: 120 })).toBeGreaterThan(0.95)
    expect([workspace.session.history.depth, workspace.keyMode]).toEqual([1, "label"])
    expect(only(workspace).made).toEqual({ by: "fit" })
  })

  it("leave a model's mark the model's, corrected", { timeout: 60_000 }, async () => {
    const made = { by: "model", model: "discs" }
    const workspace = helped({ marks: [{ ...loose, source: "prediction", score: 0.7, made }] })
    workspace.select(["a"])
    run(workspace, "assist.fit")
    await answered(workspace)
    run(workspace, "offers.accept")
    const { source, score, made: after } = only(workspace)
    expect([source, score, after]).toEqual(["human", undefined, { ...made, corrected: true }])
    run(workspace, "undo")
    expect([only(workspace).source, only(workspace).made]).toEqual(["prediction", made])
  })

  it("draw an outline to the edge, and nothing where it is refused or called off", { timeout: 60_000 }, async () => {
    const workspace = helped({ marks: [square] })
    workspace.select(["b"])
    const before = iouOf(covered(only(workspace)), DISC)
    run(workspace, "assist.snap")
    await answered(workspace)
    workspace.cancel()
    run(workspace, "assist.snap")
    await answered(workspace)
    run(workspace, "offers.toggle")
    run(workspace, "offers.accept")
    expect([workspace.session.history.depth, only(workspace).geometry]).toEqual([0, square.geometry])
    run(workspace, "assist.snap")
    await answered(workspace)
    click(workspace, 150, 140)
    click(workspace, 150, 140)
    run(workspace, "offers.accept")
    expect(workspace.session.history.depth).toBe(1)
    expect(iouOf(covered(only(workspace)), DISC)).toBeGreaterThan(before)
  })

  it("take over the marks of the asset before, moved to where they lie", { timeout: 60_000 }, async () => {
    const mask = { id: "c", kind: "box", class: "leaf", geometry: { x: 90, y: 80, w: 120, h: 120 }, attributes: {} }
    const workspace = helped({ marks: [mask] })
    workspace.session.showAsset(1)
    expect(run(workspace, "assist.follow")).toBeNull()
    await answered(workspace)
    expect(workspace.sketched?.offers?.[0]?.confidence).toBeGreaterThan(0.6)
    run(workspace, "offers.accept")
    const [, added] = marks(workspace)
    expect([added?.asset, added?.class, added?.made]).toEqual([1, "leaf", { by: "follow" }])
    const { x, y } = (added as Mark).geometry as { x: number; y: number }
    expect(Math.hypot(x - 102, y - 88)).toBeLessThan(2)
  })

  it("take over the marks of the item that was handed in last", { timeout: 60_000 }, async () => {
    const mark = { ...loose, geometry: { x: 90, y: 80, w: 120, h: 120 }, asset: 0, z: 0, source: "human" as const }
    const workspace = helped()
    expect(run(workspace, "assist.follow")).toContain("No image before")
    lastImage.handedIn = { source: { url: "two", size: IMAGE }, marks: [{ ...mark, class: "gone" }, mark] }
    run(workspace, "assist.follow")
    await answered(workspace)
    run(workspace, "offers.accept")
    // The disc of the second image lies 12 px left and 8 px up in the first one.
    const { x, y } = only(workspace).geometry as { x: number; y: number }
    expect(Math.hypot(x - 78, y - 72)).toBeLessThan(2)
  })

  it("offers what it is not sure of as refused", { timeout: 60_000 }, async () => {
    answerer = new DirectAnswerer({ ...IMAGES, two: picture(width, height, () => [120, 120, 120]) })
    const workspace = helped({ marks: [{ ...loose, geometry: { x: 90, y: 80, w: 120, h: 120 } }] })
    workspace.session.showAsset(1)
    run(workspace, "assist.follow")
    await answered(workspace)
    expect(workspace.sketched?.offers?.map(({ isTaken }) => isTaken)).toEqual([false])
    run(workspace, "offers.accept")
    expect(marks(workspace)).toHaveLength(1)
  })
})
