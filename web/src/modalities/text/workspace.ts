/**
 * The text editor without its looks: a session, the texts of the item, and a place in them that keys move. It is what
 * pointer, keys, panels and tests act on.
 */

import { addMark, changeGeometry, relabel } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import type { Session } from "#editor/session.ts"
import type { Pin, Threads } from "#editor/threads.ts"
import { Topics } from "#editor/topics.ts"
import type { Work } from "#editor/work.ts"
import type { Focus, Host, Opened } from "../host.ts"
import type { Difference, Review } from "../review.ts"
import type { Settings } from "../settings.ts"
import type { Reason } from "../start.ts"
import { geometryOf, stretchOf } from "./kinds/span.ts"
import type { Passage, Stretch } from "./passage.ts"

/** `texts`: one has arrived. `place`: the caret. `shown`: what is to be scrolled to. The others as in Host. */
export type TextTopic = "opened" | "wanted" | "live" | "texts" | "place" | "shown"

/** A stretch of one of the item's texts. */
export interface Place extends Stretch {
  readonly asset: number
}

export const SPAN = "span"

export class TextWorkspace implements Host {
  readonly topics = new Topics<TextTopic>()
  readonly #stop: () => void
  hovered: string | null = null
  opened: Opened = null
  rejectReasons: readonly Reason[] = []
  wanted: { readonly focus: Focus; readonly field: string | null } | null = null
  /** Where the keys are: a word or what was reached for with Shift; null before they were used. */
  caret: Place | null = null
  /** What is to be seen; a new object each time. */
  shown: Place | null = null

  constructor(
    readonly session: Session,
    readonly settings: Settings,
    /** The texts of the item by asset, as they arrive. */
    readonly texts: Map<number, Passage>,
    readonly work: Work | null,
    readonly review: Review | null,
    readonly threads: Threads | null = null,
  ) {
    this.#stop = session.topics.on("view", () => this.hover(null))
  }

  destroy(): void {
    this.#stop()
  }

  /** Whether anything can be marked at all in this project. */
  get hasSpans(): boolean {
    return this.session.vocabulary.classesFor(SPAN).length > 0
  }

  get howTo(): string {
    return this.hasSpans && this.session.mode !== "view" ? "Drag over words, or double-click one." : ""
  }

  get canEdit(): boolean {
    return this.session.mode !== "view" && (this.work === null || this.work.phase === "open")
  }

  textArrived(asset: number, text: Passage): void {
    this.texts.set(asset, text)
    this.topics.tell("texts")
    // Lists tell marks by their words.
    this.session.topics.tell("document")
  }

  open(what: Opened): void {
    this.opened = what
    this.topics.tell("opened")
  }

  focus(on: Focus, field: string | null = null): void {
    this.wanted = { focus: on, field }
    this.topics.tell("wanted")
  }

  hover(id: string | null): void {
    if (id === this.hovered) return
    this.hovered = id
    this.topics.tell("live")
  }

  putDown(): void {
    this.#putCaret(null)
  }

  reveal(mark: Mark): void {
    this.#look({ asset: mark.asset, ...stretchOf(mark.geometry) })
  }

  lookAt([first]: readonly Mark[]): void {
    if (first) this.reveal(first)
  }

  show(mark: Mark): void {
    this.putDown()
    this.session.showAsset(mark.asset)
    this.session.select([mark.id])
    this.reveal(mark)
  }

  showDifference({ box, asset }: Difference): void {
    if (box) this.#look({ asset, from: box.x, to: box.x + box.w })
  }

  /** A text has no places of its own: a comment is about the one selected mark, or about all of it. */
  pinHere(): Pin {
    const [mark, ...others] = this.session.selectedMarks
    const one = mark && others.length === 0 ? mark : null
    return { asset: one?.asset ?? this.session.asset, markId: one?.id ?? null, at: null }
  }

  say(text: string, urgent = false): void {
    this.session.say(text, urgent)
  }

  /** A class is chosen: the selection takes it, or what the keys reached for, or the next mark. */
  useClass(classId: string): void {
    const { session } = this
    const itemClass = session.vocabulary.classOf(classId)
    if (!itemClass || !this.canEdit) return
    session.hold(classId)
    if (session.selection.size > 0) relabel(session, session.selection, classId)
    else if (this.caret) this.mark(this.caret)
    else this.say(`Marking ${itemClass.name}.`)
  }

  /** Marks a stretch with the class in hand, or selects the mark that is there already. Blanks at its ends are left. */
  mark({ asset, from, to }: Place): void {
    const { session } = this
    if (!this.canEdit || !this.hasSpans) return
    const text = this.texts.get(asset)
    const stretch = text?.trimmed({ from: Math.min(from, to), to: Math.max(from, to) })
    if (!stretch) return
    session.showAsset(asset)
    const same = this.marksOn(asset).find((mark) => {
      const other = stretchOf(mark.geometry)
      return other.from === stretch.from && other.to === stretch.to && mark.class === session.classInHand
    })
    if (same) session.select([same.id])
    else if (addMark(session, SPAN, geometryOf(stretch)) !== null) {
      const name = session.vocabulary.classOf(session.classInHand ?? "")?.name
      this.say(`Marked “${text?.slice(stretch)}” as ${name}.`)
    }
    this.#putCaret(null)
  }

  /** The marks of an asset that lie in its text. */
  marksOn(asset: number): Mark[] {
    return [...this.session.marks()].filter((mark) => mark.asset === asset && mark.kind === SPAN)
  }

  /** Moves an end of the selected mark by so many characters, or by words. */
  push(end: "start" | "end", by: number, byWords = false): void {
    const [mark] = this.session.selectedMarks
    const text = mark && this.texts.get(mark.asset)
    if (!mark || !text || this.session.isLocked(mark.id)) return
    const { from, to } = stretchOf(mark.geometry)
    const at = end === "start" ? from : to
    const byWord = end === "start" ? startMoved : endMoved
    const next = byWords ? byWord(text, at, by) : at + by
    const stretch =
      end === "start"
        ? { from: Math.max(0, Math.min(next, to - 1)), to }
        : { from, to: Math.min(text.length, Math.max(next, from + 1)) }
    changeGeometry(this.session, "Resize", new Map([[mark.id, geometryOf(stretch)]]), `resize ${mark.id}`)
    this.say(`“${text.slice(stretch)}”`)
  }

  /** Puts the nearer end of the selected mark at a place. */
  stretchTo(asset: number, at: number): void {
    const [mark] = this.session.selectedMarks
    if (!mark || mark.asset !== asset || !this.canEdit) return
    const { from, to } = stretchOf(mark.geometry)
    const isStart = Math.abs(at - from) < Math.abs(at - to)
    this.push(isStart ? "start" : "end", at - (isStart ? from : to))
  }

  // --- the caret

  reach(place: Place | null): void {
    this.#putCaret(place)
  }

  /** To the next word, or the one before; with `extends` what is reached for grows or shrinks by it. */
  step(by: 1 | -1, grows = false): void {
    const at = this.caret ?? this.#start()
    const text = at && this.texts.get(at.asset)
    if (!at || !text) return
    if (!this.caret) this.#goTo(at)
    else if (grows) {
      const to = endMoved(text, at.to, by)
      if (to > at.from) this.#goTo({ ...at, to })
    } else {
      const word = by > 0 ? text.wordFrom(at.to) : text.wordBefore(at.from)
      const next = word ? { asset: at.asset, ...word } : this.#inNextText(at.asset, by)
      if (next) this.#goTo(next)
    }
  }

  /** To the word at a place. */
  goNear(asset: number, point: number): void {
    const word = this.texts.get(asset)?.wordNear(point)
    if (word) this.#goTo({ asset, ...word })
  }

  /** Marks what the keys reached for. */
  markCaret(): void {
    if (this.caret) this.mark(this.caret)
  }

  /** Escape: the caret goes, then the selection. */
  cancel(): void {
    if (this.caret) this.#putCaret(null)
    else this.session.select([])
  }

  /** The first word that keys come to: of the selected mark, of the text on screen. */
  #start(): Place | null {
    const [mark] = this.session.selectedMarks
    const asset = mark?.asset ?? [...this.texts.keys()].sort((a, b) => a - b)[0]
    if (asset === undefined) return null
    const word = this.texts.get(asset)?.wordNear(mark ? stretchOf(mark.geometry).from : 0)
    return word ? { asset, ...word } : null
  }

  #inNextText(asset: number, by: 1 | -1): Place | null {
    const others = [...this.texts.keys()].sort((a, b) => a - b).filter((each) => (by > 0 ? each > asset : each < asset))
    for (const next of by > 0 ? others : others.reverse()) {
      const text = this.texts.get(next)
      const word = by > 0 ? text?.wordFrom(0) : text?.wordBefore(text.length)
      if (word) return { asset: next, ...word }
    }
    return null
  }

  #goTo(place: Place): void {
    this.session.showAsset(place.asset)
    this.session.select([])
    this.#putCaret(place)
    this.#look(place)
    this.say(this.texts.get(place.asset)?.slice(place) ?? "")
  }

  #putCaret(place: Place | null): void {
    if (place === this.caret) return
    this.caret = place
    this.topics.tell("place")
  }

  #look(place: Place): void {
    this.shown = place
    this.topics.tell("shown")
  }
}

/** Where a stretch ends that takes in one more word, or one less. */
function endMoved(text: Passage, end: number, by: number): number {
  if (by > 0) return text.wordFrom(end)?.to ?? end
  const last = text.wordBefore(end)
  return (last && text.wordBefore(last.from)?.to) ?? 0
}

/** Where a stretch starts that takes in one more word in front, or one less. */
function startMoved(text: Passage, start: number, by: number): number {
  return (by < 0 ? text.wordBefore(start) : text.wordFrom(start + 1))?.from ?? start
}
