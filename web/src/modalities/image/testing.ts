/** A small project and a workspace on it, for the tests of the image editor. */

import type { WireAnnotation } from "#editor/annotation.ts"
import type { Mode } from "#editor/keymap.ts"
import type { Layers, LinkType, Ontology } from "#editor/ontology.ts"
import { Session } from "#editor/session.ts"
import type { PointerState } from "#editor/tool.ts"
import { imagePoint, screenPoint } from "#geometry/point.ts"
import { Settings } from "../settings.ts"
import { imageKinds } from "./kinds/table.ts"
import { Workspace } from "./workspace.ts"

export const ontology: Ontology = {
  classes: [
    {
      id: "car",
      name: "Car",
      color: "#0279ff",
      marks: ["box"],
      attributes: [{ id: "view", name: "View", kind: "text", default: "side" }],
    },
    { id: "dog", name: "Dog", color: "#d82841", marks: ["box"] },
    { id: "lake", name: "Lake", color: "#217e7d", marks: ["polygon", "polyline", "points", "rotated_box", "ellipse"] },
    { id: "leaf", name: "Leaf", color: "#2a9d4b", marks: ["mask", "polygon", "box", "ellipse"] },
    { id: "soil", name: "Soil", color: "#8d5b2c", marks: ["mask"], instances: false },
    {
      id: "walker",
      name: "Walker",
      color: "#c45bb8",
      marks: ["skeleton"],
      skeleton: {
        points: [
          { id: "head", name: "Head", x: 0.5, y: 0 },
          { id: "left", name: "Left foot", x: 1, y: 1 },
          { id: "right", name: "Right foot", x: 0, y: 1 },
        ],
        edges: [
          ["head", "left"],
          ["head", "right"],
        ],
        mirrored: [["left", "right"]],
      },
    },
    { id: "night", name: "Night", color: "#5a2b84", marks: ["tag"] },
  ],
  questions: [{ id: "weather", name: "Weather", kind: "text" }],
}

export const IMAGE = { width: 400, height: 300 }

/** A workspace whose view shows the image one to one at (0, 0); ids are n1, n2 ... */
export function workspaceOn(
  document: WireAnnotation = {},
  mode: Mode = "label",
  now: () => number = () => 0,
  layers: Layers = {},
  links: readonly LinkType[] = [],
): Workspace {
  let last = 0
  const session = new Session({
    ontology: { ...ontology, layers, links },
    kinds: imageKinds,
    assets: [IMAGE, IMAGE],
    document,
    mode,
    now,
    newId: () => `n${++last}`,
  })
  const settings = new Settings(null)
  settings.set({ sideBySide: false })
  const workspace = new Workspace(session, settings, null, null)
  workspace.resize(IMAGE, 1)
  workspace.view = { scale: 1, x: 0, y: 0 }
  return workspace
}

type Held = Partial<Pick<PointerState, "shift" | "ctrl" | "alt" | "reach">>

export function pointerAt(x: number, y: number, held: Held = {}): PointerState {
  const none = { reach: 5, pixel: 1, shift: false, ctrl: false, alt: false }
  return { at: imagePoint(x, y), screen: screenPoint(x, y), ...none, ...held }
}

/** Presses at the first point, moves through the others, lets go at the last. */
export function drag(workspace: Workspace, points: readonly (readonly [number, number])[], held: Held = {}): void {
  const [first, ...others] = points.map(([x, y]) => pointerAt(x, y, held))
  workspace.machine.pointerDown(first as PointerState)
  for (const each of others) workspace.machine.pointerMove(each)
  workspace.machine.pointerUp((others.at(-1) ?? first) as PointerState)
}

export function click(workspace: Workspace, x: number, y: number, held: Held = {}): void {
  drag(workspace, [[x, y]], held)
}

/** Marks as [id, class, x, y, w, h], in the document's order. */
export function boxesOf(workspace: Workspace): (string | number)[][] {
  return workspace.session.annotation().marks.map((mark) => {
    const { x, y, w, h } = mark.geometry as Record<string, number>
    return [mark.id, mark.class, x as number, y as number, w as number, h as number]
  })
}

export function box(
  id: string,
  x: number,
  y: number,
  w: number,
  h: number,
  more: Partial<{ class: string; z: number }> = {},
) {
  return { id, kind: "box", class: "car", geometry: { x, y, w, h }, attributes: {}, ...more }
}

/** A workspace whose cars and dogs may be linked. */
export function linkedWorkspace(marks: readonly ReturnType<typeof box>[]): Workspace {
  const links = [
    { id: "chases", name: "chases", from: ["dog"], to: ["car"] },
    { id: "tows", name: "tows", from: ["car"], to: ["car"] },
    { id: "beside", name: "beside", from: ["car"], to: ["car"], directed: false },
  ]
  return workspaceOn({ marks }, "label", () => 0, {}, links)
}
