/**
 * One person at one item: the records, what is selected, hidden and locked, the class in hand, and the way back.
 *
 * Modalities build their editors on it; it knows no canvas, no framework and no server.
 */

import type { Size } from "#geometry/box.ts"
import {
  type Annotation,
  type DocumentRecord,
  type Making,
  type Mark,
  markKey,
  readAnnotation,
  type WireAnnotation,
  writeAnnotation,
} from "./annotation.ts"
import { visibleValues } from "./conditions.ts"
import { type Hints, NO_HINTS } from "./hints.ts"
import { History } from "./history.ts"
import { newId } from "./ids.ts"
import type { Mode } from "./keymap.ts"
import type { KindTable, MarkKind } from "./kind.ts"
import { type Ontology, Vocabulary } from "./ontology.ts"
import { type Diff, RecordStore, type Transaction } from "./records.ts"
import { Topics } from "./topics.ts"
import { type Fault, Validator } from "./validation.ts"

/** `document`: records. `view`: hidden, locked, asset, score. `notice`: something to say aloud. */
export type Topic = "document" | "selection" | "view" | "class" | "notice"

export interface SessionParts {
  readonly ontology: Ontology
  readonly kinds: KindTable
  readonly assets: readonly Size[]
  readonly document: WireAnnotation
  readonly mode: Mode
  /** What the customer wants shown beside the item, or kept as it is. */
  readonly hints?: Hints
  readonly now?: () => number
  readonly newId?: () => string
}

/** `urgent` notices say that something did not work. */
export interface Notice {
  readonly text: string
  readonly urgent: boolean
}

const NOTHING: ReadonlySet<string> = new Set()

export class Session {
  readonly vocabulary: Vocabulary
  readonly kinds: KindTable
  readonly assets: readonly Size[]
  readonly mode: Mode
  readonly hints: Hints
  readonly store: RecordStore
  readonly history: History
  readonly topics = new Topics<Topic>()
  readonly now: () => number
  readonly newId: () => string
  readonly #validator: Validator
  readonly #opened: ReadonlyMap<string, DocumentRecord>
  /** The assets whose marks the last undo or redo has changed. */
  #replayed: ReadonlySet<number> = new Set()

  selection: ReadonlySet<string> = NOTHING
  hidden: ReadonlySet<string> = NOTHING
  locked: ReadonlySet<string> = NOTHING
  hiddenClasses: ReadonlySet<string> = NOTHING
  /** What marks that are added now begin as; null: a person's hand. */
  making: Making | null = null
  /** Marks with a score below this are not shown. 0 shows all. */
  scoreMin = 0
  /** Which of the item's assets is on screen. */
  asset = 0
  /** Whether marks of several assets may be selected together. */
  selectsAcross = true
  /** The class that the next mark gets; null if the ontology has none for it. */
  classInHand: string | null
  notice: Notice = { text: "", urgent: false }

  constructor(parts: SessionParts) {
    this.vocabulary = new Vocabulary(parts.ontology)
    this.kinds = parts.kinds
    this.assets = parts.assets
    this.mode = parts.mode
    this.hints = parts.hints ?? NO_HINTS
    this.now = parts.now ?? Date.now
    this.newId = parts.newId ?? newId
    this.store = new RecordStore(readAnnotation(parts.document))
    this.#opened = new Map([...this.store.all()].map((record) => [record.key, record]))
    this.history = new History(this.store, parts.kinds)
    this.#validator = new Validator(this.vocabulary, parts.kinds, parts.assets)
    this.classInHand = this.vocabulary.classes.find((each) => this.#isDrawable(each.marks))?.id ?? null
    this.store.subscribe((diff, origin) => {
      if (origin === "replay") this.#replayed = assetsIn(diff)
      const gone = [...diff.values()].flatMap(({ before, after }) =>
        before?.type === "mark" && after === null ? [before.mark.id] : [],
      )
      if (gone.some((id) => this.selection.has(id))) this.select(without(this.selection, gone))
      this.topics.tell("document")
    })
  }

  mark(id: string): Mark | undefined {
    const record = this.store.get(markKey(id))
    return record?.type === "mark" ? record.mark : undefined
  }

  /** All marks, in no order. */
  *marks(): Iterable<Mark> {
    for (const record of this.store.all()) if (record.type === "mark") yield record.mark
  }

  /** The marks that are there among `ids`. */
  marksOf(ids: Iterable<string>): Mark[] {
    return [...ids].flatMap((id) => this.mark(id) ?? [])
  }

  get selectedMarks(): Mark[] {
    return this.marksOf(this.selection)
  }

  kindOf(mark: Mark): MarkKind | undefined {
    return this.kinds.get(mark.kind)
  }

  /** Whether the mark is to stay as it is: by the person's own lock, or by the customer's word. */
  isLocked(id: string): boolean {
    return this.locked.has(id) || this.isFixed(id, "edit")
  }

  /** Whether the customer forbids this for the mark. What may not be edited may not be named anew either. */
  isFixed(id: string, what: "edit" | "delete" | "relabel"): boolean {
    const { locks } = this.hints
    return locks.marks.has(id) && (locks[what] || (what === "relabel" && locks.edit))
  }

  /** Why nothing can be added to the asset on screen, or null. */
  get refusalToAdd(): string | null {
    if (this.hints.locks.add) return "Nothing may be added to this item."
    return this.hints.references.has(this.asset) ? "This one is only for reference." : null
  }

  isHidden(mark: Mark): boolean {
    return (
      this.hidden.has(mark.id) ||
      this.hiddenClasses.has(mark.class) ||
      (this.scoreMin > 0 && mark.score !== undefined && mark.score < this.scoreMin)
    )
  }

  /** The document as it stands: what a draft holds. */
  annotation(): Annotation {
    return writeAnnotation(this.store.all())
  }

  /** The document as it is handed in: without the values of fields that are not asked. */
  finished(): Annotation {
    const draft = this.annotation()
    const marks = draft.marks.map((mark) => {
      const attributes = visibleValues(this.vocabulary.attributesOf(mark.class), mark.attributes)
      return attributes === mark.attributes ? mark : { ...mark, attributes }
    })
    return { ...draft, marks, answers: visibleValues(this.vocabulary.questions, draft.answers) }
  }

  /** Whether the document differs from the one that was opened. */
  get isChanged(): boolean {
    if (this.store.size !== this.#opened.size) return true
    for (const record of this.store.all()) {
      const opened = this.#opened.get(record.key)
      // Records that nobody touched, and those put back by an undo, are the very same objects.
      if (record !== opened && JSON.stringify(record) !== JSON.stringify(opened)) return true
    }
    return false
  }

  /** What is wrong with the document as it would be handed in. */
  faults(): Fault[] {
    return this.#validator.faults(this.finished())
  }

  /**
   * Carries out one gesture as one undo step. Steps with the same `merge` key shortly after one another become one.
   * `select` is the selection afterwards; by default it stays.
   */
  gesture(
    label: string,
    change: (transaction: Transaction) => void,
    options: { readonly select?: Iterable<string>; readonly merge?: string } = {},
  ): void {
    const selectionBefore = this.selection
    const diff = this.store.transact("local", change)
    if (options.select !== undefined) this.select(options.select)
    this.history.add({
      label,
      diff,
      selectionBefore,
      selectionAfter: this.selection,
      merge: options.merge ?? null,
      at: this.now(),
    })
    // The history has changed only now, after the store told of the records.
    if (diff.size > 0) this.topics.tell("document")
  }

  /** Makes the document another one, as one step. */
  become(label: string, document: WireAnnotation): void {
    const wanted = new Map(readAnnotation(document).map((record) => [record.key, record]))
    this.gesture(label, (transaction) => {
      for (const { key } of [...this.store.all()]) if (!wanted.has(key)) transaction.delete(key)
      for (const record of wanted.values()) transaction.put(record)
    })
  }

  undo(): void {
    const step = this.history.undo()
    if (!step) return
    this.#showReplayed()
    this.select(step.selectionBefore)
    this.say(`Undone: ${step.label}`)
    this.topics.tell("document")
  }

  redo(): void {
    const step = this.history.redo()
    if (!step) return
    this.#showReplayed()
    this.select(step.selectionAfter)
    this.say(`Redone: ${step.label}`)
    this.topics.tell("document")
  }

  /** Selects exactly the marks of `ids` that exist; of one asset alone unless told otherwise, the one on screen first. */
  select(ids: Iterable<string>): void {
    const found = this.marksOf(ids)
    const home = found.some((mark) => mark.asset === this.asset) ? this.asset : found[0]?.asset
    const chosen = this.selectsAcross ? found : found.filter((mark) => mark.asset === home)
    const next = new Set(chosen.map((mark) => mark.id))
    if (next.size === this.selection.size && [...next].every((id) => this.selection.has(id))) return
    this.selection = next
    this.topics.tell("selection")
  }

  hold(classId: string): void {
    if (classId === this.classInHand) return
    this.classInHand = classId
    this.topics.tell("class")
  }

  setHidden(ids: ReadonlySet<string>): void {
    this.hidden = ids
    this.topics.tell("view")
  }

  setLocked(ids: ReadonlySet<string>): void {
    this.locked = ids
    this.topics.tell("view")
  }

  setHiddenClasses(ids: ReadonlySet<string>): void {
    this.hiddenClasses = ids
    this.topics.tell("view")
  }

  setScoreMin(score: number): void {
    this.scoreMin = score
    this.topics.tell("view")
  }

  /** `keeps`: what is selected stays so, though it is of another asset. */
  showAsset(index: number, keeps = false): void {
    if (index === this.asset || index < 0 || index >= this.assets.length) return
    this.asset = index
    if (!keeps) this.select([])
    this.topics.tell("view")
  }

  say(text: string, urgent = false): void {
    this.notice = { text, urgent }
    this.topics.tell("notice")
  }

  /** What an undo has changed is looked at, wherever it is. */
  #showReplayed(): void {
    const [first] = this.#replayed
    if (first !== undefined && !this.#replayed.has(this.asset)) this.showAsset(first)
  }

  #isDrawable(kinds: readonly string[]): boolean {
    return kinds.some((kind) => this.kinds.get(kind)?.isTag === false)
  }
}

function assetsIn(diff: Diff): Set<number> {
  const assets = new Set<number>()
  for (const { before, after } of diff.values()) {
    for (const record of [before, after]) if (record?.type === "mark") assets.add(record.mark.asset)
  }
  return assets
}

/** `set` without the members of `gone`. */
export function without(set: ReadonlySet<string>, gone: Iterable<string>): Set<string> {
  const rest = new Set(set)
  for (const each of gone) rest.delete(each)
  return rest
}

/** `set` with `ids` put in, or taken out if all of them are in. */
export function toggled(set: ReadonlySet<string>, ids: readonly string[]): Set<string> {
  return ids.every((id) => set.has(id)) ? without(set, ids) : new Set([...set, ...ids])
}
