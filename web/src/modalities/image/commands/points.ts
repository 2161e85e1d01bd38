/** The points of an outline by keys. */

import { type Command, EDIT, keys } from "#editor/commands.ts"
import { cannotEdit } from "../../host.ts"
import { addPoint, heldPoints, stepPoint } from "../points.ts"
import type { Workspace } from "../workspace.ts"

function needsPoints(workspace: Workspace): string | null {
  return heldPoints(workspace) ? cannotEdit(workspace) : "Select one outline first."
}

export const pointCommands: readonly Command<Workspace>[] = [
  {
    id: "point.next",
    title: "Next point of the outline; arrows move it, Del takes it out",
    group: "Points",
    modes: EDIT,
    keys: keys("."),
    refusal: needsPoints,
    repeats: true,
    run: (workspace) => stepPoint(workspace, 1),
  },
  {
    id: "point.previous",
    title: "Previous point",
    group: "Points",
    modes: EDIT,
    keys: keys(","),
    refusal: needsPoints,
    repeats: true,
    run: (workspace) => stepPoint(workspace, -1),
  },
  {
    id: "point.add",
    title: "One more point behind this one",
    group: "Points",
    modes: EDIT,
    keys: keys("Shift+."),
    refusal: (workspace) => (workspace.activePoint === null ? "Go to a point first." : needsPoints(workspace)),
    run: addPoint,
  },
]
