/** Turning selected marks by keys: those that have an angle. */

import { changeable, changeGeometry } from "#editor/actions.ts"
import type { Geometry } from "#editor/annotation.ts"
import { type Command, EDIT, keys } from "#editor/commands.ts"
import { wrapped } from "#geometry/frame.ts"
import { needsSelection } from "../../markCommands.ts"
import { placedKind } from "../kinds/table.ts"
import type { Workspace } from "../workspace.ts"

const ANGLE = "angle"

/** The selected marks turned by so many degrees clockwise, by id; without those that have no angle. */
function turned({ session, image }: Workspace, by: number): Map<string, Geometry> {
  const found = new Map<string, Geometry>()
  for (const { id, kind, geometry } of changeable(session)) {
    const of = placedKind(kind)
    const angle = of?.coordinates(geometry).find(({ name }) => name === ANGLE)?.value
    if (of && angle !== undefined) found.set(id, of.withCoordinate(geometry, ANGLE, wrapped(angle + by), image))
  }
  return found
}

function turn(by: number, name: string, key: string): Command<Workspace> {
  const way = by > 0 ? "clockwise" : "the other way"
  return {
    id: `turn.${name}`,
    title: `Turn the selected marks by ${Math.abs(by)}° ${way}`,
    family: `Turn rotated boxes and ellipses by ${Math.abs(by)}°`,
    group: "Move and resize",
    modes: EDIT,
    keys: keys(key),
    repeats: true,
    refusal: (workspace) =>
      needsSelection(workspace) ??
      (turned(workspace, by).size > 0 ? null : "Rotated boxes and ellipses can be turned."),
    run(workspace) {
      const marks = turned(workspace, by)
      changeGeometry(workspace.session, "Turn", marks, `turn ${[...marks.keys()].join()}`)
    },
  }
}

export const turningCommands: readonly Command<Workspace>[] = [
  turn(1, "right", "Alt+]"),
  turn(-1, "left", "Alt+["),
  turn(15, "right15", "Alt+Shift+]"),
  turn(-15, "left15", "Alt+Shift+["),
]
