import { describe, expect, it } from "vitest"
import type { Geometry } from "#editor/annotation.ts"
import { Session } from "#editor/session.ts"
import { faceOf } from "#geometry/cuboid.ts"
import { Settings } from "../../../settings.ts"
import { imageKinds } from "../../kinds/table.ts"
import { box, click, drag, IMAGE, ontology } from "../../testing.ts"
import { Workspace } from "../../workspace.ts"

const NEIGHBOURS = [box("a", 100, 100, 50, 50), box("b", 300, 60, 40, 40)]
const CRATE = {
  ...box("c", 0, 0, 1, 1, { class: "crate" }),
  kind: "cuboid",
  geometry: {
    front: faceOf({ x: 200, y: 110, w: 60, h: 60 }),
    back: faceOf({ x: 280, y: 120, w: 40, h: 40 }),
  },
}

/**
 * A workspace whose view shows the image one to one, with crates in hand. The pointer reaches 5 px: what touches catches
 * within 3 1/3 px.
 */
function crates(marks: readonly unknown[] = NEIGHBOURS): Workspace {
  const crate = { id: "crate", name: "Crate", color: "#b5179e", marks: ["cuboid"] }
  let last = 0
  const session = new Session({
    ontology: { ...ontology, classes: [...(ontology.classes ?? []), crate] },
    kinds: imageKinds,
    assets: [IMAGE],
    document: { marks: marks as readonly (typeof CRATE)[] },
    mode: "label",
    now: () => 0,
    newId: () => `n${++last}`,
  })
  const workspace = new Workspace(session, new Settings(null), null, null)
  workspace.resize(IMAGE, 1)
  workspace.view = { scale: 1, x: 0, y: 0 }
  workspace.useClass("crate")
  return workspace
}

function drawn(workspace: Workspace, held = {}): Geometry | undefined {
  workspace.choose("cuboid")
  drag(
    workspace,
    [
      [152, 98],
      [190, 140],
      [200, 149],
    ],
    held,
  )
  click(workspace, 283, 80, held)
  return workspace.session.annotation().marks.find(({ kind }) => kind === "cuboid")?.geometry
}

/** The crate after a drag of the select tool. */
function dragged(marks: readonly unknown[], points: readonly (readonly [number, number])[]): Geometry | undefined {
  const workspace = crates(marks)
  workspace.choose("select")
  workspace.select(["c"])
  drag(workspace, points)
  return workspace.session.annotation().marks.find(({ id }) => id === "c")?.geometry
}

describe("a cuboid that is drawn", () => {
  it("has both faces at their neighbours", () => {
    // The corner at 152, 98 goes to 150, 100; the lower side at 149 to 150. Its face behind has 3/4 of 50 px, around
    // 283, 80: its right side at 301.75 goes to 300, its upper one at 61.25 to 60.
    expect(drawn(crates())).toEqual({
      front: faceOf({ x: 150, y: 100, w: 50, h: 50 }),
      back: faceOf({ x: 262.5, y: 60, w: 37.5, h: 37.5 }),
    })
  })

  it("lies where it is put with Alt, and with catching turned off", () => {
    // The front is 48 x 51 px: behind 36 x 38.25 px around 283, 80.
    const other = crates()
    other.settings.set({ snapping: false })
    for (const geometry of [drawn(crates(), { alt: true }), drawn(other)]) {
      expect(geometry?.front).toEqual(faceOf({ x: 152, y: 98, w: 48, h: 51 }))
      const [first] = (geometry?.back ?? []) as [number, number][]
      expect(first?.[0]).toBe(265)
      expect(first?.[1]).toBeCloseTo(60.875, 1)
    }
  })
})

describe("a cuboid that is changed", () => {
  const marks = [...NEIGHBOURS, CRATE]

  it("has the corner of an upright face go to its neighbours", () => {
    // From 200, 110 to 153, 103: left side to 150, upper side to 100. The face behind stays.
    const points = [
      [200, 110],
      [170, 105],
      [153, 103],
    ] as const
    expect(dragged(marks, points)).toEqual({
      front: faceOf({ x: 150, y: 100, w: 110, h: 70 }),
      back: CRATE.geometry.back,
    })
  })

  it("has a face as a whole go to its neighbours", () => {
    // The middle of the front from 230, 140 to 183, 133: the face lies at 153, 103 then, and goes to 150, 100.
    const points = [
      [230, 140],
      [200, 135],
      [183, 133],
    ] as const
    expect(dragged(marks, points)?.front).toEqual(faceOf({ x: 150, y: 100, w: 60, h: 60 }))
  })

  it("catches nothing of itself", () => {
    // The front at 202: two pixels from where its own left side was.
    const points = [
      [230, 140],
      [240, 140],
      [232, 140],
    ] as const
    expect(dragged([CRATE], points)?.front).toEqual(faceOf({ x: 202, y: 110, w: 60, h: 60 }))
  })

  it("goes to its neighbours by the box around both faces", () => {
    // The box around it, 200 to 320 across from 110 down, is moved by -49, -9: to 151, 101, and on to 150, 100.
    const points = [
      [270, 140],
      [240, 135],
      [221, 131],
    ] as const
    expect(dragged(marks, points)).toEqual({
      front: faceOf({ x: 150, y: 100, w: 60, h: 60 }),
      back: faceOf({ x: 230, y: 110, w: 40, h: 40 }),
    })
  })
})
