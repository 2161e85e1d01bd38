/** What a person does to the document, each as one undoable gesture. Facts about geometry come from the mark kinds. */

import { unionOf } from "#geometry/box.ts"
import type { ImagePoint } from "#geometry/point.ts"
import {
  answerKey,
  answerRecord,
  type Geometry,
  type Making,
  type Mark,
  type MarkRecord,
  markKey,
  markRecord,
} from "./annotation.ts"
import { isAnswered, withDefaults } from "./conditions.ts"
import type { Edge, PlacedKind } from "./kind.ts"
import type { FieldValue } from "./ontology.ts"
import type { Transaction } from "./records.ts"
import type { Session } from "./session.ts"

/** "3 marks", "Car": what a step's label calls the marks it is about. */
export function named(session: Session, marks: readonly Mark[]): string {
  const [only] = marks
  if (marks.length === 1 && only) return session.vocabulary.classOf(only.class)?.name ?? only.class
  return `${marks.length} marks`
}

/** The selected marks that may be changed; says why if there are none of the selection. */
export function changeable(session: Session, ids: Iterable<string> = session.selection): Mark[] {
  return session.marksOf(ids).filter((mark) => !session.isLocked(mark.id))
}

/** Adds a mark of the class in hand and selects it; returns its id, or null where nothing can be drawn. */
export function addMark(
  session: Session,
  kind: string,
  geometry: Geometry,
  classId = session.classInHand,
): string | null {
  const mark = newMark(session, kind, geometry, classId)
  if (mark === null) return null
  session.gesture(
    `Draw ${named(session, [mark])}`,
    (transaction) => transaction.put(markRecord(mark, session.store.nextOrder())),
    { select: [mark.id] },
  )
  return mark.id
}

/** A mark on top of the asset on screen that is not in the document yet; null, and says why, where none may be added. */
export function newMark(
  session: Session,
  kind: string,
  geometry: Geometry,
  classId = session.classInHand,
): Mark | null {
  const itemClass = classId === null ? undefined : session.vocabulary.classOf(classId)
  if (!itemClass?.marks.includes(kind)) return null
  if (session.refusalToAdd !== null) {
    session.say(session.refusalToAdd, true)
    return null
  }
  return {
    id: session.newId(),
    kind,
    class: itemClass.id,
    geometry,
    attributes: withDefaults(itemClass.attributes ?? []),
    asset: session.asset,
    z: topOf(session),
    source: "human",
    ...(session.making === null ? {} : { made: session.making }),
  }
}

/** Carries out `draw`; the marks that it adds say that they began as what `making` says. */
export function madeBy<T>(session: Session, making: Making, draw: () => T): T {
  session.making = making
  try {
    return draw()
  } finally {
    session.making = null
  }
}

/** Marks changed, taken away (null) and added, as one step. */
export interface Exchange {
  readonly changed?: ReadonlyMap<string, Pick<Mark, "kind" | "geometry" | "made"> | null>
  readonly added?: readonly Mark[]
  readonly select?: Iterable<string>
}

export function exchange(session: Session, label: string, { changed, added = [], select }: Exchange): void {
  const gone = new Set([...(changed ?? [])].flatMap(([id, change]) => (change === null ? [id] : [])))
  session.gesture(
    label,
    (transaction) => {
      for (const [id, change] of changed ?? []) {
        if (change !== null) update(transaction, id, (mark) => ({ ...touched(mark), ...change }))
      }
      let order = session.store.nextOrder()
      for (const mark of added) transaction.put(markRecord(mark, order++))
      remove(session, transaction, gone)
    },
    select === undefined ? {} : { select },
  )
}

/** Takes marks away, and the links that end at them. */
function remove(session: Session, transaction: Transaction, gone: ReadonlySet<string>): void {
  if (gone.size === 0) return
  for (const id of gone) transaction.delete(markKey(id))
  for (const record of session.store.all()) {
    if (record.type === "link" && (gone.has(record.link.from) || gone.has(record.link.to))) {
      transaction.delete(record.key)
    }
  }
}

/** Gives marks new geometries, by id. */
export function changeGeometry(
  session: Session,
  label: string,
  geometries: ReadonlyMap<string, Geometry>,
  merge?: string,
): void {
  session.gesture(
    label,
    (transaction) => {
      for (const [id, geometry] of geometries) update(transaction, id, (mark) => touched({ ...mark, geometry }))
    },
    merge === undefined ? {} : { merge },
  )
}

/** Moves the selection. Nudges merge into one step, drags do not. */
export function moveBy(session: Session, dx: number, dy: number, { merges = true } = {}): void {
  const moved = geometriesOf(session, (kind, mark, image) => kind.moved(mark.geometry, dx, dy, image))
  changeGeometry(session, "Move", moved, merges ? `move ${[...moved.keys()].join()}` : undefined)
}

export function pushEdge(session: Session, edge: Edge, by: number): void {
  const pushed = geometriesOf(session, (kind, mark, image) => kind.pushed(mark.geometry, edge, by, image))
  changeGeometry(session, "Resize", pushed, `resize ${[...pushed.keys()].join()}`)
}

function geometriesOf(
  session: Session,
  change: (kind: PlacedKind, mark: Mark, image: { width: number; height: number }) => Geometry,
): Map<string, Geometry> {
  const result = new Map<string, Geometry>()
  for (const mark of changeable(session)) {
    const kind = session.kindOf(mark)
    const image = session.assets[mark.asset]
    if (kind?.isPlaced && image) result.set(mark.id, change(kind, mark, image))
  }
  return result
}

/** Deletes marks and the links that end at them. Locked marks stay unless `evenLocked`. */
export function deleteMarks(session: Session, ids: Iterable<string>, evenLocked = false): void {
  const wanted = session.marksOf(ids)
  const free = wanted.filter((mark) => !session.isFixed(mark.id, "delete"))
  const marks = evenLocked ? free : free.filter((mark) => !session.locked.has(mark.id))
  if (marks.length === 0) {
    if (wanted.length > free.length) session.say("The customer wants these kept.", true)
    return
  }
  const gone = new Set(marks.map((mark) => mark.id))
  session.gesture(`Delete ${named(session, marks)}`, (transaction) => remove(session, transaction, gone))
  session.say(`Deleted ${named(session, marks)}.`)
}

/** Gives marks another class. Attributes that the new class has too are kept; the others start at their defaults. */
export function relabel(session: Session, ids: Iterable<string>, classId: string): void {
  const itemClass = session.vocabulary.classOf(classId)
  if (!itemClass) return
  const marks = session
    .marksOf(ids)
    .filter((mark) => !session.locked.has(mark.id) && !session.isFixed(mark.id, "relabel"))
    .filter((mark) => mark.class !== classId && itemClass.marks.includes(mark.kind))
    .filter((mark) => !session.kindOf(mark)?.fitting?.(mark.geometry, itemClass).length)
  if (marks.length === 0) return
  const fields = itemClass.attributes ?? []
  session.gesture(`Label ${named(session, marks)} as ${itemClass.name}`, (transaction) => {
    for (const { id } of marks) {
      update(transaction, id, (mark) => {
        const kept = Object.fromEntries(fields.flatMap((field) => entryOf(mark, field.id)))
        return touched({ ...mark, class: classId, attributes: withDefaults(fields, kept) })
      })
    }
  })
  session.say(`${marks.length === 1 ? "Now" : `${marks.length} marks now`} ${itemClass.name}.`)
}

function entryOf(mark: Mark, field: string): [string, FieldValue][] {
  const value = mark.attributes[field]
  return value === undefined ? [] : [[field, value]]
}

/** Sets one attribute of marks that have it; undefined clears it. */
export function setAttribute(
  session: Session,
  ids: Iterable<string>,
  field: string,
  value: FieldValue | undefined,
): void {
  const marks = changeable(session, ids).filter((mark) =>
    session.vocabulary.attributesOf(mark.class).some((each) => each.id === field),
  )
  const name = session.vocabulary.attributesOf(marks[0]?.class ?? "").find((each) => each.id === field)?.name ?? field
  session.gesture(
    `Set ${name}`,
    (transaction) => {
      for (const { id } of marks) {
        update(transaction, id, (mark) => {
          const { [field]: _, ...others } = mark.attributes
          return { ...mark, attributes: value === undefined ? others : { ...others, [field]: value } }
        })
      }
    },
    { merge: `attribute ${field} ${marks.map((mark) => mark.id).join()}` },
  )
}

/** Answers a question of the item; undefined, an empty list or text takes the answer back. */
export function setAnswer(session: Session, question: string, value: FieldValue | undefined): void {
  const name = session.vocabulary.question(question)?.name ?? question
  session.gesture(
    `Answer ${name}`,
    (transaction) => {
      const before = transaction.get(answerKey(question))
      const order = before?.order ?? session.store.nextOrder()
      if (value === undefined || (typeof value !== "string" && !isAnswered(value)) || value === "") {
        transaction.delete(answerKey(question))
      } else transaction.put(answerRecord(question, value, order))
    },
    { merge: `answer ${question}` },
  )
}

/** The answers so far, by question id. */
export function answersOf(session: Session): Record<string, FieldValue> {
  const answers: Record<string, FieldValue> = {}
  for (const record of session.store.all()) if (record.type === "answer") answers[record.question] = record.value
  return answers
}

/** The tag of a class on the asset on screen, if it is there. */
export function tagOf(session: Session, classId: string): Mark | undefined {
  for (const mark of session.marks()) {
    if (mark.class === classId && mark.asset === session.asset && session.kindOf(mark)?.isTag) return mark
  }
  return undefined
}

/** Puts a tag on the asset on screen, or takes it off. */
export function toggleTag(session: Session, classId: string, kind = "tag"): void {
  const tag = tagOf(session, classId)
  const name = session.vocabulary.classOf(classId)?.name ?? classId
  if (tag) deleteMarks(session, [tag.id])
  else if (addMark(session, kind, {}, classId) !== null) session.say(`Tagged ${name}.`)
}

export type Order = "front" | "forward" | "backward" | "back"

/** Changes which marks cover which. */
export function reorder(session: Session, order: Order): void {
  const marks = changeable(session)
  const others = [...session.marks()].filter((mark) => mark.asset === session.asset)
  const highest = Math.max(0, ...others.map((mark) => mark.z))
  const lowest = Math.min(0, ...others.map((mark) => mark.z))
  const next = {
    front: () => highest + 1,
    forward: (z: number) => z + 1,
    backward: (z: number) => z - 1,
    back: () => lowest - 1,
  }
  session.gesture(
    `Move ${named(session, marks)} ${order === "front" || order === "back" ? `to the ${order}` : order}`,
    (transaction) => {
      for (const { id } of marks) update(transaction, id, (mark) => ({ ...mark, z: next[order](mark.z) }))
    },
    { merge: `order ${order}` },
  )
}

/** Where pasted marks go: where they came from, a little aside of it, or centred at a point. */
export type Place = { readonly at: ImagePoint } | "aside" | "same"

const ASIDE = 12

/** Adds copies of `marks` to the asset on screen and selects them. Kinds and classes not known here are left out. */
export function paste(session: Session, marks: readonly Mark[], place: Place, label = "Paste"): void {
  const image = session.assets[session.asset]
  const known = marks.filter(
    (mark) => session.kindOf(mark) && session.vocabulary.classOf(mark.class)?.marks.includes(mark.kind),
  )
  if (!image || known.length === 0) return
  if (session.refusalToAdd !== null) {
    session.say(session.refusalToAdd, true)
    return
  }
  const around = unionOf(
    known.flatMap((mark) => {
      const kind = session.kindOf(mark)
      return kind?.isPlaced ? [kind.bounds(mark.geometry)] : []
    }),
  )
  let dx = place === "aside" ? ASIDE : 0
  let dy = dx
  if (typeof place === "object" && around) {
    dx = place.at[0] - around.x - around.w / 2
    dy = place.at[1] - around.y - around.h / 2
  }
  let order = session.store.nextOrder()
  const z = topOf(session)
  const records: MarkRecord[] = []
  for (const mark of known) {
    const kind = session.kindOf(mark)
    if (kind?.isTag && tagOf(session, mark.class)) continue
    const geometry = kind?.isPlaced ? kind.mended(kind.moved(mark.geometry, dx, dy, image), image) : mark.geometry
    if (geometry === null) continue
    // A copy is what a person has put there.
    const { score: _, made: _made, ...rest } = mark
    records.push(
      markRecord({ ...rest, id: session.newId(), geometry, asset: session.asset, z, source: "human" }, order++),
    )
  }
  session.gesture(
    `${label} ${named(
      session,
      records.map((record) => record.mark),
    )}`,
    (transaction) => {
      for (const record of records) transaction.put(record)
    },
    { select: records.map((record) => record.mark.id) },
  )
}

/** The z that puts a mark on top of all others of the asset. */
function topOf(session: Session): number {
  let top = 0
  for (const mark of session.marks()) if (mark.asset === session.asset && mark.z > top) top = mark.z
  return top
}

function update(transaction: Transaction, id: string, change: (mark: Mark) => Mark): void {
  const record = transaction.get(markKey(id))
  if (record?.type === "mark") transaction.put({ ...record, mark: change(record.mark) })
}

/**
 * A mark that a person has put their hand to is theirs; a model's score says nothing of it any more. What it began as
 * stays to be seen.
 */
function touched(mark: Mark): Mark {
  const isKnown = mark.made === undefined || mark.made.corrected === true
  if (mark.source === "human" && mark.score === undefined && isKnown) return mark
  const { score: _, ...rest } = mark
  return { ...rest, source: "human", ...(rest.made ? { made: { ...rest.made, corrected: true } } : {}) }
}
