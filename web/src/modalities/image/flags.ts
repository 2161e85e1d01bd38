/** Attributes that every vision team has and that are set all the time: one key each. */

import { changeable, setAttribute } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import type { Session } from "#editor/session.ts"

/** The id of a yes-or-no attribute; formats know them by the same names. */
export type Flag = "occluded" | "truncated"

/** The selected marks that may be changed and whose class asks for the flag. */
export function flaggable(session: Session, flag: Flag): Mark[] {
  return changeable(session).filter((mark) =>
    session.vocabulary.attributesOf(mark.class).some(({ id, kind }) => id === flag && kind === "boolean"),
  )
}

/** Says yes of the selected marks, or no if it is yes of all of them. */
export function toggleFlag(session: Session, flag: Flag): void {
  const marks = flaggable(session, flag)
  const isOn = marks.every((mark) => mark.attributes[flag] === true)
  setAttribute(
    session,
    marks.map(({ id }) => id),
    flag,
    !isOn,
  )
  const count = marks.length === 1 ? "" : ` (${marks.length} marks)`
  session.say(`${isOn ? "Not " : ""}${flag}${count}.`.replace(/^./, (first) => first.toUpperCase()))
}
