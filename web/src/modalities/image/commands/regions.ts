/** What covers pixels: the brush, one kind made into another, taken apart, put together. */

import { type Command, EDIT, type Keys, keys, LABEL } from "#editor/commands.ts"
import { cannotEdit } from "../../host.ts"
import { needsSelection } from "../../markCommands.ts"
import { simplify } from "../cutting.ts"
import { converted, cutFree, filledUp, joined, split, subtracted } from "../regions.ts"
import type { Workspace } from "../workspace.ts"

const GROUP = "Masks and areas"

function needsBrush(workspace: Workspace): string | null {
  return workspace.tools.some(({ id }) => id === "mask") ? cannotEdit(workspace) : "This project has no class for it."
}

function brush(id: string, title: string, key: Keys, factor: number, modes = EDIT): Command<Workspace> {
  return {
    id: `brush.${id}`,
    title,
    group: GROUP,
    modes,
    keys: key,
    refusal: needsBrush,
    repeats: true,
    run: ({ painter }) => painter.resize(factor),
  }
}

function onAreas(id: string, title: string, key: string, run: (workspace: Workspace) => void): Command<Workspace> {
  return { id, title, group: GROUP, modes: EDIT, keys: keys(key), refusal: needsSelection, run }
}

export const regionCommands: readonly Command<Workspace>[] = [
  brush("thinner", "Thinner brush", keys("["), 1 / 1.25, LABEL),
  brush("wider", "Wider brush", keys("]"), 1.25, LABEL),
  brush("half", "Half the brush", keys("Shift+["), 1 / 2),
  brush("double", "Twice the brush", keys("Shift+]"), 2),
  {
    id: "brush.takes",
    title: "Strokes take pixels from other masks, or leave them",
    group: GROUP,
    modes: EDIT,
    keys: keys("Shift+O"),
    refusal(workspace) {
      const isExclusive = workspace.session.vocabulary.layers.overlap === "forbidden"
      return isExclusive ? needsBrush(workspace) : "In this project masks may overlap."
    },
    run({ painter, session }) {
      painter.takesOthers = !painter.takesOthers
      session.say(painter.takesOthers ? "Strokes take what others cover." : "Strokes leave what others cover.")
    },
  },
  onAreas("convert.mask", "Make masks of the selected marks", "Shift+M", (workspace) => converted(workspace, "mask")),
  onAreas("convert.polygon", "Make polygons of them", "Shift+P", (workspace) => converted(workspace, "polygon")),
  onAreas("convert.box", "Make boxes of them", "Shift+X", (workspace) => converted(workspace, "box")),
  onAreas("convert.polyline", "Make lines of them: closed ones", "Alt+Shift+P", (workspace) =>
    converted(workspace, "polyline"),
  ),
  onAreas("convert.rotated_box", "Make rotated boxes of them, as small as can be", "Alt+Shift+R", (workspace) =>
    converted(workspace, "rotated_box"),
  ),
  onAreas("simplify", "Fewer points; again for fewer still", "Alt+Shift+S", simplify),
  onAreas("subtract", "Take off the mark chosen first what the others cover", "Alt+Shift+M", subtracted),
  onAreas("split", "Split into the pieces that hang together", "Alt+M", split),
  onAreas("join", "Join the selected masks or polygons", "M", joined),
  onAreas("holes.fill", "Fill all holes", "Shift+H", filledUp),
  onAreas("overlap.leave", "Leave to other masks what they cover", "Shift+U", cutFree),
]
