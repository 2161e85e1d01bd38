/**
 * Walks from mark to mark, each zoomed to: through the attributes of every mark, or sweeping over the marks of one class
 * to say of each whether it is right. The keys are those of the walk as long as it lasts.
 */

import { deleteMarks, relabel, setAttribute } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import { type Choice, choicesOf, chosenWith } from "#editor/choices.ts"
import { visibleFields } from "#editor/conditions.ts"
import type { Field, FieldValue } from "#editor/ontology.ts"
import { Topics } from "#editor/topics.ts"
import { grown } from "#geometry/box.ts"
import { inReadingOrder } from "../markCommands.ts"
import { boundsOf } from "./sight.ts"
import type { Workspace } from "./workspace.ts"

export type Walk = "attributes" | "sweep"

type Judgement = "accepted" | "corrected" | "deleted"

export class Walking {
  readonly topics = new Topics<"walk">()
  readonly #workspace: Workspace
  readonly #judged = new Map<string, Judgement>()
  #ids: readonly string[] = []
  #at = 0
  #fieldId: string | null = null
  /** What is under way, or null. */
  walk: Walk | null = null
  /** The class that is walked; null for all. */
  classId: string | null = null

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Hears of what is chosen and changed; returns how to stop. */
  watch(): () => void {
    const { session } = this.#workspace
    const stops = [
      session.topics.on("selection", () => this.#follow()),
      session.topics.on("document", () => this.walk && this.topics.tell("walk")),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** The marks that a walk of the class, or of all, would go through, by place. */
  marksOf(walk: Walk, classId: string | null): Mark[] {
    const { session } = this.#workspace
    return inReadingOrder(this.#workspace, "everywhere").filter(
      (mark) =>
        (classId === null || mark.class === classId) &&
        (walk === "sweep" || session.vocabulary.attributesOf(mark.class).length > 0),
    )
  }

  /** Begins at the selected mark if it is on the way, else at the first. Says so if there is none. */
  begin(walk: Walk, classId: string | null): void {
    const workspace = this.#workspace
    const marks = this.marksOf(walk, classId)
    if (marks.length === 0) {
      workspace.say(walk === "sweep" ? "There are no such marks." : "No mark here has attributes.", true)
      return
    }
    const [selected] = workspace.selection
    workspace.choose("select")
    workspace.open(null)
    this.walk = walk
    this.classId = classId
    this.#ids = marks.map(({ id }) => id)
    this.#judged.clear()
    this.#go(Math.max(0, this.#ids.indexOf(selected ?? "")))
  }

  end(): void {
    if (this.walk === null) return
    const summary = this.walk === "sweep" ? this.#summary : ""
    this.walk = null
    this.topics.tell("walk")
    this.#workspace.say(summary)
  }

  get current(): Mark | null {
    return this.#workspace.session.mark(this.#ids[this.#at] ?? "") ?? null
  }

  /** Which mark it is, from 1, and of how many. */
  get place(): readonly [at: number, of: number] {
    return [this.#at + 1, this.#ids.length]
  }

  get judgement(): Judgement | null {
    return this.#judged.get(this.#ids[this.#at] ?? "") ?? null
  }

  /** The attributes that are asked of the current mark. */
  get fields(): readonly Field[] {
    const mark = this.current
    return mark ? visibleFields(this.#workspace.session.vocabulary.attributesOf(mark.class), mark.attributes) : []
  }

  /** The one that keys answer. */
  get field(): Field | null {
    const { fields } = this
    return fields.find(({ id }) => id === this.#fieldId) ?? fields[0] ?? null
  }

  get value(): FieldValue | undefined {
    return this.field ? this.current?.attributes[this.field.id] : undefined
  }

  /** To the mark `by` further on that is still there; at an end it stays and says so. */
  step(by: 1 | -1): void {
    for (let at = this.#at + by; at >= 0 && at < this.#ids.length; at += by) {
      if (!this.#workspace.session.mark(this.#ids[at] as string)) continue
      this.#go(at)
      return
    }
    this.#workspace.say(by > 0 ? "That was the last one." : "That is the first one.")
  }

  stepField(by: 1 | -1): void {
    const { fields, field } = this
    const next = fields[fields.findIndex(({ id }) => id === field?.id) + by]
    if (!next) return
    this.#fieldId = next.id
    this.topics.tell("walk")
  }

  /** Takes the choice with this digit, or else the one at this place, and goes on, unless more may be chosen. */
  answer(digit: number): void {
    const choices = this.field ? choicesOf(this.field) : []
    const choice =
      choices.find(({ key }) => key === String(digit)) ??
      choices.filter(({ key }) => !/^\d$/.test(key ?? ""))[digit - 1]
    if (choice) this.take(choice)
    else this.#workspace.say("Nothing has that digit: Enter goes to the field.", true)
  }

  take(choice: Choice): void {
    const { current, field } = this
    if (!current || !field) return
    setAttribute(
      this.#workspace.session,
      [current.id],
      field.id,
      chosenWith(field, current.attributes[field.id], choice),
    )
    if (field.kind === "multiple") return
    const { fields } = this
    if (fields.at(-1)?.id === field.id) this.step(1)
    else this.stepField(1)
  }

  clear(): void {
    const { current, field } = this
    if (current && field) setAttribute(this.#workspace.session, [current.id], field.id, undefined)
  }

  /** The current mark is right. */
  accept(): void {
    this.#judge("accepted")
  }

  /** The current mark is of another class. */
  correct(classId: string): void {
    const mark = this.current
    if (!mark) return
    if (mark.class === classId) this.accept()
    else {
      relabel(this.#workspace.session, [mark.id], classId)
      // A class that does not take such marks, or a lock, leaves it as it was.
      if (this.current?.class === classId) this.#judge("corrected")
      else this.#workspace.say("It cannot take this class.", true)
    }
  }

  delete(): void {
    const mark = this.current
    if (!mark) return
    deleteMarks(this.#workspace.session, [mark.id])
    if (!this.current) this.#judge("deleted")
  }

  #judge(judgement: Judgement): void {
    this.#judged.set(this.#ids[this.#at] as string, judgement)
    const isLast = this.#ids.slice(this.#at + 1).every((id) => !this.#workspace.session.mark(id))
    if (isLast) this.end()
    else this.step(1)
  }

  get #summary(): string {
    const counts = (["accepted", "corrected", "deleted"] as const).map(
      (wanted) => `${[...this.#judged.values()].filter((each) => each === wanted).length} ${wanted}`,
    )
    return `${this.#judged.size} of ${this.#ids.length} judged: ${counts.join(", ")}.`
  }

  #go(at: number): void {
    const { session } = this.#workspace
    const mark = session.mark(this.#ids[at] as string)
    if (!mark) return
    this.#at = at
    this.#fieldId = null
    session.showAsset(mark.asset)
    session.select([mark.id])
    const box = boundsOf(this.#workspace, [mark])
    // With half as much around it as it is itself: what it is shows by what is beside it.
    if (box) this.#workspace.zoomToBox(grown(box, Math.max(box.w, box.h) / 2))
    const name = session.vocabulary.classOf(mark.class)?.name ?? mark.class
    session.say(`${name}, ${at + 1} of ${this.#ids.length}.`)
    this.topics.tell("walk")
  }

  /** A mark that the pointer or an undo has chosen is where the walk goes on. */
  #follow(): void {
    if (this.walk === null) return
    const { selection } = this.#workspace
    const [only] = selection
    const at = selection.size === 1 ? this.#ids.indexOf(only as string) : -1
    if (at < 0 || at === this.#at) return
    this.#go(at)
  }
}
