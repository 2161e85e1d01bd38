/** A reviewer takes over what a submission says, as one undoable step. */

import { setAnswer } from "#editor/actions.ts"
import { type Annotation, answerRecord, type Mark, markKey, markRecord } from "#editor/annotation.ts"
import { boundsOf } from "#editor/kind.ts"
import type { FieldValue } from "#editor/ontology.ts"
import type { Session } from "#editor/session.ts"
import { iou } from "#geometry/box.ts"
import { type Difference, SAME_THING_IOU } from "./review.ts"

/** Makes the document what `annotation` says: its marks, answers and links. */
export function takeAll(session: Session, annotation: Annotation, name: string): void {
  session.gesture(
    `Take all from ${name}`,
    (transaction) => {
      for (const record of session.store.all()) transaction.delete(record.key)
      let order = session.store.nextOrder()
      for (const mark of annotation.marks) transaction.put(markRecord({ ...mark, source: "human" }, order++))
      for (const [question, value] of Object.entries(annotation.answers)) {
        transaction.put(answerRecord(question, value, order++))
      }
      for (const link of annotation.links) {
        transaction.put({ key: `link:${link.id}`, type: "link", order: order++, link })
      }
    },
    { select: [] },
  )
}

/** Makes the document say of one difference what submission `index` says of it, be it that there is nothing. */
export function take(session: Session, difference: Difference, index: number): void {
  const said = difference.says[index] ?? null
  if (difference.question !== undefined) {
    setAnswer(session, difference.question, (said as FieldValue | null) ?? undefined)
    return
  }
  const mark = said as Mark | null
  const mine = counterpartOf(session, difference)
  session.gesture(
    mark ? "Take mark" : "Take that nothing is there",
    (transaction) => {
      const before = mine && transaction.get(markKey(mine.id))
      if (!mark) {
        if (mine) transaction.delete(markKey(mine.id))
        return
      }
      const { score: _, ...rest } = mark
      const id = mine?.id ?? session.newId()
      transaction.put(markRecord({ ...rest, id, source: "human" }, before?.order ?? session.store.nextOrder()))
    },
    { select: mark ? [mine?.id ?? ""] : [] },
  )
}

/** The mark of the document that a difference is about: the one that overlaps what the submissions say most. */
export function counterpartOf(session: Session, difference: Difference): Mark | undefined {
  const said = difference.says.filter((each) => each !== null) as Mark[]
  let best: Mark | undefined
  let bestOverlap = 0
  for (const mark of session.marks()) {
    if (mark.asset !== difference.asset) continue
    const place = boundsOf(session.kinds, mark)
    for (const other of said) {
      const otherPlace = boundsOf(session.kinds, other)
      const isSameTag = !place && !otherPlace && mark.class === other.class
      const overlap = place && otherPlace ? iou(place, otherPlace) : Number(isSameTag)
      if (overlap < SAME_THING_IOU || overlap <= bestOverlap) continue
      best = mark
      bestOverlap = overlap
    }
  }
  return best
}
