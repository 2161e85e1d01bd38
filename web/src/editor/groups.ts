/** Marks that belong together: they are selected together. */

import { changeable } from "./actions.ts"
import { type Mark, markRecord } from "./annotation.ts"
import type { Session } from "./session.ts"

/** Makes one group of the selected marks, whatever groups they were in. */
export function groupMarks(session: Session): void {
  const marks = changeable(session)
  if (marks.length < 2) {
    session.say("Select two marks or more to group them.", true)
    return
  }
  const group = session.newId()
  regroup(session, `Group ${marks.length} marks`, marks, group)
  session.say(`Grouped ${marks.length} marks: a click selects all of them, a second one the mark alone.`)
}

/** Takes the selected marks out of their groups. */
export function ungroupMarks(session: Session): void {
  const marks = changeable(session).filter(({ group }) => group !== undefined)
  if (marks.length === 0) {
    session.say("No selected mark is in a group.", true)
    return
  }
  regroup(session, "Ungroup", marks, undefined)
  session.say(marks.length === 1 ? "The mark is in no group now." : `${marks.length} marks are in no group now.`)
}

function regroup(session: Session, label: string, marks: readonly Mark[], group: string | undefined): void {
  session.gesture(label, (transaction) => {
    for (const mark of marks) {
      const record = transaction.get(`mark:${mark.id}`)
      const { group: _, ...rest } = mark
      transaction.put(
        markRecord(group === undefined ? rest : { ...rest, group }, record?.order ?? session.store.nextOrder()),
      )
    }
  })
}

/**
 * What choosing `ids` selects: marks that come to the selection bring their groups along, those that leave it take
 * theirs. One mark chosen again out of its group is chosen alone. Locked marks, and those of other images, stay away.
 */
export function together(session: Session, ids: Iterable<string>): Set<string> {
  const wanted = new Set(ids)
  const before = session.selection
  const [only] = wanted
  if (wanted.size === 1 && only !== undefined && before.has(only)) return wanted
  const groupsOf = (chosen: Iterable<string>) => new Set([...chosen].flatMap((id) => session.mark(id)?.group ?? []))
  const come = groupsOf([...wanted].filter((id) => !before.has(id)))
  const isLess = [...wanted].every((id) => before.has(id))
  const gone = isLess ? groupsOf([...before].filter((id) => !wanted.has(id))) : new Set<string>()
  if (come.size === 0 && gone.size === 0) return wanted
  for (const { id, group, asset } of session.marks()) {
    if (group === undefined || asset !== session.asset) continue
    if (gone.has(group)) wanted.delete(id)
    else if (come.has(group) && !session.locked.has(id)) wanted.add(id)
  }
  return wanted
}
