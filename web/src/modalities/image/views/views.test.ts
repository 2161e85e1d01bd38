import { describe, expect, it } from "vitest"
import { Session } from "#editor/session.ts"
import { imagePoint, screenPoint } from "#geometry/point.ts"
import { toImage, toScreen } from "#geometry/viewport.ts"
import { Settings } from "../../settings.ts"
import { clipboard, placeOfCopied } from "../clipboard.ts"
import { commandsAndKeys } from "../commands/table.ts"
import { imageKinds } from "../kinds/table.ts"
import { box, drag, ontology, pointerAt } from "../testing.ts"
import { Workspace } from "../workspace.ts"
import { pickImage } from "./picking.ts"
import type { View } from "./view.ts"

const PANE = { width: 803, height: 603 }
const SIZES = [
  { width: 400, height: 300 },
  { width: 800, height: 600 },
  { width: 200, height: 300 },
]

function marked(id: string, asset: number, x = 10) {
  return { ...box(id, x, 10, 40, 30), asset }
}

function setOf(sizes = SIZES, marks = [marked("a", 0), marked("b", 1), marked("c", 2)]): Workspace {
  let last = 0
  const session = new Session({
    ontology,
    kinds: imageKinds,
    assets: sizes,
    document: { marks },
    mode: "label",
    now: () => 0,
    newId: () => `n${++last}`,
  })
  const workspace = new Workspace(session, new Settings(null), null, null)
  workspace.resize(PANE, 1)
  return workspace
}

function run(workspace: Workspace, id: string): string | null {
  const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
  return commands.run(id, workspace, "label")
}

const shown = ({ views }: Workspace) => views.shown.map(({ asset }) => asset)
const idsIn = ({ scene }: View) => [...scene.ordered()].map((slot) => scene.markAt(slot).id)
const middleOf = (view: View) => toImage(view.view, screenPoint(view.size.width / 2, view.size.height / 2))

describe("the images of an item", () => {
  it("stand side by side, each with its own marks", () => {
    const workspace = setOf()
    expect(shown(workspace)).toEqual([0, 1, 2])
    expect(workspace.views.shown.map(idsIn)).toEqual([["a"], ["b"], ["c"]])
    expect(workspace.image).toEqual(SIZES[0])
  })
  it("are one alone where there is one, whatever is asked for", () => {
    const workspace = setOf(SIZES.slice(0, 1), [marked("a", 0)])
    expect(shown(workspace)).toEqual([0])
    expect(workspace.inHand.place).toEqual({ x: 0, y: 0, w: 803, h: 603 })
    expect(run(workspace, "views.sideBySide")).toBe("This item has one image.")
  })
  it("come by pages of four, the last one as full as the others", () => {
    const workspace = setOf(Array.from({ length: 10 }, () => ({ width: 400, height: 300 })))
    expect(shown(workspace)).toEqual([0, 1, 2, 3])
    workspace.session.showAsset(5)
    expect(shown(workspace)).toEqual([4, 5, 6, 7])
    expect(workspace.views.inHand.asset).toBe(5)
    workspace.session.showAsset(9)
    expect(shown(workspace)).toEqual([6, 7, 8, 9])
  })
  it("are those that are picked, in their order, and stay when another is taken in hand", () => {
    const workspace = setOf(Array.from({ length: 10 }, () => ({ width: 400, height: 300 })))
    const { views, session } = workspace
    // Four is all there is room for: the first of them that is not in hand goes.
    pickImage(workspace, 8)
    expect([shown(workspace), session.asset]).toEqual([[0, 2, 3, 8], 0])
    pickImage(workspace, 2)
    pickImage(workspace, 3)
    expect(shown(workspace)).toEqual([0, 8])
    expect(session.notice.text).toBe("Image 4 of 10 is taken away.")
    // One by one beside that which stays: the next takes the place of the one in hand.
    session.showAsset(8)
    session.showAsset(0)
    run(workspace, "view.asset.next")
    expect([shown(workspace), views.inHand.asset]).toEqual([[1, 8], 1])
    run(workspace, "views.sideBySide")
    run(workspace, "views.sideBySide")
    expect(shown(workspace)).toEqual([0, 1, 2, 3])
  })
  it("are taken away by a key, never the last one, and put beside one that is alone", () => {
    const workspace = setOf()
    workspace.session.showAsset(1)
    run(workspace, "views.away")
    expect([shown(workspace), workspace.session.asset]).toEqual([[0, 2], 0])
    run(workspace, "views.away")
    expect(run(workspace, "views.away")).toBe("One image is shown alone.")
    pickImage(workspace, 2)
    expect(shown(workspace)).toEqual([2])
    run(workspace, "views.sideBySide")
    pickImage(workspace, 0)
    expect([shown(workspace), workspace.settings.values.sideBySide]).toEqual([[0, 2], true])
  })
  it("stay as they are while something is being drawn", () => {
    const workspace = setOf()
    workspace.choose("polygon")
    workspace.useClass("lake")
    workspace.machine.pointerDown(pointerAt(50, 50))
    pickImage(workspace, 0)
    expect(shown(workspace)).toEqual([0, 1, 2])
    expect(workspace.session.notice.urgent).toBe(true)
  })
  it("are shown one alone by a key, the one in hand, and side by side again", () => {
    const workspace = setOf()
    workspace.session.showAsset(1)
    run(workspace, "views.sideBySide")
    expect(shown(workspace)).toEqual([1])
    expect(workspace.pane).toEqual(PANE)
    workspace.session.showAsset(2)
    expect(idsIn(workspace.inHand)).toEqual(["c"])
    run(workspace, "views.sideBySide")
    expect(shown(workspace)).toEqual([0, 1, 2])
    expect(workspace.inHand.asset).toBe(2)
  })
})

describe("views that are linked", () => {
  it("look at the same place, as near by the size of their images", () => {
    const workspace = setOf(SIZES.slice(0, 2))
    workspace.zoomToBox({ x: 100, y: 50, w: 40, h: 30 })
    const [one, two] = workspace.views.shown as [View, View]
    // The middle is (120, 65) of 400 x 300: (240, 130) of 800 x 600, and half as many pixels of the screen for each.
    const [x, y] = middleOf(two)
    expect(Math.abs(x - 240) + Math.abs(y - 130)).toBeLessThan(1)
    expect(two.view.scale).toBeCloseTo(one.view.scale / 2, 6)
  })
  it("turn together, and fit together when the stage changes its size", () => {
    const workspace = setOf()
    workspace.turnTo(90)
    expect(workspace.views.shown.map(({ turn }) => turn)).toEqual([90, 90, 90])
    workspace.turnTo(0)
    workspace.resize({ width: 603, height: 803 }, 1)
    for (const view of workspace.views.shown) {
      const [x, y] = middleOf(view)
      expect(Math.hypot(x - view.image.width / 2, y - view.image.height / 2) * view.view.scale).toBeLessThan(1)
    }
  })
  it("keep where they look when the next image comes, and go apart when the switch is off", () => {
    const workspace = setOf(Array.from({ length: 8 }, () => ({ width: 400, height: 300 })))
    workspace.zoomToBox({ x: 100, y: 50, w: 40, h: 30 })
    const { scale } = workspace.view
    workspace.session.showAsset(6)
    expect(workspace.view.scale).toBeCloseTo(scale, 6)
    run(workspace, "views.linked")
    workspace.fit()
    expect(workspace.views.of(4)?.view.scale).toBeCloseTo(scale, 6)
    run(workspace, "views.linked")
    expect(workspace.views.of(4)?.view.scale).toBeCloseTo(workspace.view.scale, 6)
  })
  it("stay as they are when another one is taken in hand", () => {
    const workspace = setOf()
    workspace.zoomToBox({ x: 0, y: 0, w: 20, h: 20 })
    const before = workspace.views.shown.map(({ view }) => view)
    for (const asset of [1, 2, 0]) workspace.session.showAsset(asset, true)
    expect(workspace.views.shown.map(({ view }) => view)).toEqual(before)
  })
})

describe("the view under the pointer", () => {
  it("is taken in hand; what is selected stays so", () => {
    const workspace = setOf()
    workspace.session.select(["a"])
    const { x, y } = (workspace.views.of(1) as View).place
    expect(workspace.takeAt(x + 5, y + 5)).toBe(true)
    expect(workspace.session.asset).toBe(1)
    expect([...workspace.selection]).toEqual(["a"])
    // There are no grips of it here.
    expect(workspace.handleUnder(imagePoint(10, 10), 50)).toBeNull()
  })
  it("has to wait for what is under way in another", () => {
    const workspace = setOf()
    workspace.choose("box")
    workspace.machine.pointerDown({
      at: imagePoint(100, 100),
      screen: toScreen(workspace.view, imagePoint(100, 100)),
      reach: 5,
      pixel: 1,
      shift: false,
      ctrl: false,
      alt: false,
    })
    const { x, y } = (workspace.views.of(2) as View).place
    expect(workspace.takeAt(x + 5, y + 5)).toBe(false)
    expect(workspace.session.asset).toBe(0)
  })
  it("gets what is drawn, and undo goes back to where it was", () => {
    const workspace = setOf()
    workspace.session.showAsset(1)
    workspace.choose("box")
    drag(workspace, [
      [100, 100],
      [200, 180],
    ])
    expect(workspace.session.mark("n1")?.asset).toBe(1)
    workspace.session.showAsset(0)
    workspace.session.undo()
    expect(workspace.session.mark("n1")).toBeUndefined()
    expect(workspace.session.asset).toBe(1)
    expect(idsIn(workspace.inHand)).toEqual(["b"])
  })
})

describe("what is done with marks of several images", () => {
  it("goes from one to the next through all of them", () => {
    const workspace = setOf()
    const way = Array.from({ length: 4 }, () => {
      run(workspace, "select.next")
      return [...workspace.selection, workspace.session.asset]
    })
    expect(way).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
      ["a", 0],
    ])
  })
  it("begins at the image in hand, and ends before it", () => {
    const workspace = setOf()
    workspace.session.showAsset(1)
    run(workspace, "select.previous")
    expect([...workspace.selection]).toEqual(["a"])
    workspace.session.select([])
    workspace.session.showAsset(2)
    run(workspace, "select.next")
    expect([...workspace.selection]).toEqual(["c"])
  })
  it("selects those of one image at a time", () => {
    const workspace = setOf()
    workspace.session.showAsset(1)
    workspace.session.select(["a", "b", "c"])
    expect([...workspace.selection]).toEqual(["b"])
    workspace.session.select(["c", "a"])
    expect([...workspace.selection]).toEqual(["c"])
  })
  it("moves a mark by the size of its own image, though the pointer is over another", () => {
    const workspace = setOf([SIZES[1], SIZES[2]] as typeof SIZES, [marked("a", 0, 700)])
    workspace.session.select(["a"])
    workspace.session.showAsset(1, true)
    run(workspace, "convert.polygon")
    expect(workspace.session.asset).toBe(0)
    expect(run(workspace, "move.right10")).toBeNull()
    expect(workspace.session.mark("a")?.geometry.x).toBe(710)
  })
  it("pastes in the same place of an image of another size", () => {
    const workspace = setOf(SIZES.slice(0, 2), [{ ...box("a", 100, 60, 40, 30), asset: 0 }])
    workspace.copy(workspace.session.marksOf(["a"]))
    expect(placeOfCopied(workspace)).toBe("same")
    workspace.session.showAsset(1)
    run(workspace, "paste.same")
    // The middle (120, 75) of 400 x 300 is (240, 150) of 800 x 600; the box is as large as it was.
    expect(workspace.session.mark("n1")).toMatchObject({ asset: 1, geometry: { x: 220, y: 135, w: 40, h: 30 } })
    clipboard.marks = []
  })
  it("zooms to a mark in its own view, and walks through all", () => {
    const workspace = setOf()
    workspace.lookAt(workspace.session.marksOf(["c"]))
    expect(workspace.session.asset).toBe(2)
    workspace.walking.begin("sweep", "car")
    expect(workspace.walking.place).toEqual([1, 3])
    workspace.walking.accept()
    expect([workspace.session.asset, ...workspace.selection]).toEqual([1, "b"])
    expect(workspace.walking.walk).toBe("sweep")
  })
})
