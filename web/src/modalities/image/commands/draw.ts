/** Tools, and what Escape does. */

import { ANY, type Command, EDIT, type Keys, keys, LOOK } from "#editor/commands.ts"
import { cannotEdit } from "../../host.ts"
import { clickAtCrosshair } from "../crosshair.ts"
import { placedKind } from "../kinds/table.ts"
import type { Workspace } from "../workspace.ts"

function hasTool(id: string) {
  return (workspace: Workspace) =>
    workspace.tools.some((tool) => tool.id === id) ? cannotEdit(workspace) : "This project has no class for it."
}

/** Keys of the drawing tools: Label Studio's letters in all presets, as CVAT has none of its own. */
const TOOL_KEYS: readonly (readonly [kind: string, title: string, keys: Keys])[] = [
  ["box", "Draw boxes", keys("R")],
  ["polygon", "Draw polygons", keys("P")],
  ["polyline", "Draw lines", keys("Shift+L")],
  ["points", "Draw points", keys("K")],
  ["skeleton", "Draw skeletons", keys("Shift+K")],
  ["rotated_box", "Draw rotated boxes", keys("Shift+R")],
  ["ellipse", "Draw ellipses", keys("O")],
  ["cuboid", "Draw cuboids", keys("Shift+C")],
  ["mask", "Brush: paint the selected mask or a new one; N for a new one", keys("B")],
  ["eraser", "Eraser: of the selected mask, or all", keys("E")],
  ["fill", "Fill what is enclosed, or what you drag around; with Shift take it off", keys("Shift+B")],
]

const EDGE_KINDS = ["polygon", "polyline", "mask"]

export const drawCommands: readonly Command<Workspace>[] = [
  {
    id: "tool.select",
    title: "Select tool",
    group: "Tools",
    modes: ANY,
    keys: keys("V"),
    run: (workspace) => workspace.choose("select"),
  },
  ...TOOL_KEYS.map(
    ([kind, title, key]): Command<Workspace> => ({
      id: `tool.${kind}`,
      title,
      group: "Tools",
      modes: EDIT,
      keys: key,
      refusal: hasTool(kind),
      run: (workspace) => workspace.choose(kind),
    }),
  ),
  {
    id: "tool.repeat",
    title: "Draw the same kind and class again; while drawing, finish",
    group: "Tools",
    modes: EDIT,
    keys: keys("N"),
    refusal: (workspace) => (workspace.drawnWith ? cannotEdit(workspace) : "This project has no class to draw."),
    run(workspace) {
      if (workspace.machine.finish()) return
      const isAgain = !workspace.isDrawing && workspace.drawnClass !== null
      workspace.choose(workspace.drawnWith?.id ?? "")
      if (isAgain) workspace.session.hold(workspace.drawnClass as string)
    },
  },
  {
    id: "tool.click",
    title: "Put a corner at the crosshair, twice to finish; arrows move it",
    group: "Tools",
    modes: EDIT,
    keys: keys("Enter"),
    refusal: (workspace) =>
      workspace.isDrawing || workspace.tool.id === "link" ? cannotEdit(workspace) : "Take a drawing tool first.",
    run(workspace) {
      if (workspace.tool.id === "link") workspace.linker.byKeys()
      else clickAtCrosshair(workspace)
    },
  },
  {
    id: "tool.cut",
    title: "Cut polygons, lines and masks by a line",
    group: "Tools",
    modes: EDIT,
    keys: keys("Shift+T"),
    refusal: (workspace) =>
      EDGE_KINDS.some((kind) => hasTool(kind)(workspace) === null)
        ? cannotEdit(workspace)
        : "This project has no class to cut.",
    run: (workspace) => workspace.choose("cut"),
  },
  {
    id: "tool.pan",
    title: "Pan tool",
    group: "Tools",
    modes: ANY,
    keys: keys("Shift+V", "H", "Shift+V"),
    run: (workspace) => workspace.choose("pan"),
  },
  {
    id: "tool.ruler",
    title: "Ruler: measure in pixels",
    group: "Tools",
    modes: ANY,
    keys: keys("Alt+Q"),
    run: (workspace) => workspace.choose("ruler"),
  },
  {
    id: "tool.redraw",
    title: "Redraw the selected mark",
    group: "Tools",
    modes: EDIT,
    keys: keys("Shift+N"),
    refusal: needsOne,
    run(workspace) {
      const [mark] = workspace.session.selectedMarks
      if (!mark || !workspace.tools.some((tool) => tool.id === mark.kind)) return
      workspace.choose(mark.kind)
      workspace.redrawing = mark.id
      workspace.say("Draw its new place.")
    },
  },
  {
    id: "tool.join",
    title: "Add a part or a hole to the selected mark",
    group: "Tools",
    modes: EDIT,
    keys: keys("A"),
    refusal(workspace) {
      const [mark] = workspace.session.selectedMarks
      const why = needsOne(workspace)
      return why ?? (mark && placedKind(mark.kind)?.joined ? null : "This kind of mark has one part.")
    },
    run(workspace) {
      const [mark] = workspace.session.selectedMarks
      if (!mark) return
      workspace.choose(mark.kind)
      workspace.redrawing = mark.id
      workspace.joins = true
      workspace.say("Draw inside it for a hole, outside for one more part.")
    },
  },
  {
    id: "cancel",
    title: "Call off, put the tool down, select nothing",
    group: "Tools",
    modes: LOOK,
    keys: keys("Esc"),
    run: (workspace) => workspace.cancel(),
  },
]

function needsOne(workspace: Workspace): string | null {
  return workspace.selection.size === 1 ? cannotEdit(workspace) : "Select one mark first."
}
