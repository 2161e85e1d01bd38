/** Relations between marks on the canvas: drawing one from mark to mark, choosing what it says, pointing at it. */

import type { Link } from "#editor/annotation.ts"
import { addLink, type LinkChoice, linkChoices, refusalToLink, removeLink } from "#editor/links.ts"
import type { Linking } from "#editor/tool.ts"
import { type Box, centre } from "#geometry/box.ts"
import { nearestOn, type XY } from "#geometry/path.ts"
import type { ImagePoint } from "#geometry/point.ts"
import type { Workspace } from "./workspace.ts"

/** A relation whose ends both lie on the image on screen. */
export interface Arrow {
  readonly link: Link
  readonly from: Box
  readonly to: Box
}

export class Linker implements Linking {
  readonly #workspace: Workspace
  /** The links of the document, in no order; read anew when one comes or goes. */
  #links: readonly Link[] | null = null
  /** The mark that the next relation begins at, or null. */
  begun: string | null = null
  /** What the relation could say, while the person chooses. */
  choices: readonly LinkChoice[] | null = null
  /** The relation that is pointed out and that Delete takes away, or null. */
  chosen: string | null = null

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** Keeps up with the document until the returned function is called. */
  watch(): () => void {
    const { session } = this.#workspace
    const stops = [
      session.store.subscribe((diff) => {
        for (const { before, after } of diff.values()) {
          if (before?.type !== "link" && after?.type !== "link") continue
          this.#links = null
          if (after === null && before?.type === "link" && before.link.id === this.chosen) this.chosen = null
        }
      }),
      session.topics.on("selection", () => {
        this.chosen = null
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Those that are seen: both ends lie on the image on screen and are not hidden. */
  arrows(): Arrow[] {
    const { scene, session } = this.#workspace
    this.#links ??= [...session.store.all()].flatMap((record) => (record.type === "link" ? [record.link] : []))
    return this.#links.flatMap((link) => {
      const [from, to] = [scene.slotOf(link.from), scene.slotOf(link.to)]
      if (from === undefined || to === undefined || scene.isHidden(from) || scene.isHidden(to)) return []
      return [{ link, from: scene.boundsAt(from), to: scene.boundsAt(to) }]
    })
  }

  /** The relation whose line is nearest to `at`, within `reach` image pixels; else null. */
  under(at: ImagePoint, reach: number): string | null {
    let best: { id: string; distance: number } | null = null
    for (const { link, from, to } of this.arrows()) {
      const { distance } = nearestOn(lineOf(from, to), false, at)
      if (distance <= reach && (best === null || distance < best.distance)) best = { id: link.id, distance }
    }
    return best?.id ?? null
  }

  /** Points a relation out, and selects what it joins. */
  choose(id: string): void {
    const { session } = this.#workspace
    const record = session.store.get(`link:${id}`)
    if (record?.type !== "link") return
    const { from, to, type } = record.link
    session.select([from, to])
    this.chosen = id
    session.say(
      `${this.#nameOf(from)} – ${session.vocabulary.linkTypes.find((each) => each.id === type)?.name ?? type} – ${this.#nameOf(to)}.`,
    )
    this.#workspace.topics.tell("live")
  }

  /** Takes the relation away that is pointed out; false if none is. */
  removeChosen(): boolean {
    if (this.chosen === null || !this.#workspace.canEdit) return false
    removeLink(this.#workspace.session, this.chosen)
    return true
  }

  // --- for the tool

  middleOf(id: string): ImagePoint | null {
    const box = this.#workspace.scene.boundsOf(id)
    return box && centre(box)
  }

  begin(id: string): boolean {
    if (!this.#workspace.canEdit) {
      this.#workspace.say("Nothing can be changed now.", true)
      return false
    }
    this.begun = id
    this.#workspace.session.select([id])
    this.#workspace.say(`From ${this.#nameOf(id)}: click the other mark, or choose it with Tab and press Enter.`)
    return true
  }

  end(): void {
    this.begun = null
  }

  /** Makes the relation, asks which one it is, or says why there is none. */
  join(fromId: string, toId: string): void {
    const { session } = this.#workspace
    const [from, to] = [session.mark(fromId), session.mark(toId)]
    if (!from || !to) return
    const found = linkChoices(session, from, to).filter((each) => each.from === from || !(each.type.directed ?? true))
    this.begun = null
    const [first, ...others] = found
    if (!first) this.#workspace.say(refusalToLink(session, from, to), true)
    else if (others.length > 0) this.#ask(found)
    else this.#made(addLink(session, first))
    this.#workspace.topics.tell("live")
  }

  /** One of the choices, or none of them. */
  answer(choice: LinkChoice | null): void {
    this.#ask(null)
    if (choice) this.#made(addLink(this.#workspace.session, choice))
    this.#workspace.focus("stage")
  }

  /** By keys: from the mark it has begun at to the selected one; between two selected ones; else from the selected one. */
  byKeys(): void {
    const { session } = this.#workspace
    const [first, second, ...more] = session.selection
    if (first !== undefined && second !== undefined && more.length === 0) this.join(first, second)
    else if (this.begun !== null && first !== undefined && first !== this.begun) this.join(this.begun, first)
    else if (this.begun === null && first !== undefined && more.length === 0) this.begin(first)
    else this.#workspace.say("Choose the other mark with Tab, then press Enter.", true)
  }

  #made(id: string): void {
    this.choose(id)
  }

  #ask(choices: readonly LinkChoice[] | null): void {
    this.choices = choices
    this.#workspace.topics.tell("live")
  }

  #nameOf(id: string): string {
    const { session } = this.#workspace
    const mark = session.mark(id)
    return (mark && session.vocabulary.classOf(mark.class)?.name) ?? "?"
  }
}

/** From the middle of one box to the middle of the other, as far as it lies outside of both. */
export function lineOf(from: Box, to: Box): readonly [XY, XY] {
  const [a, b] = [centre(from), centre(to)]
  const start = leaving(from, a, b)
  const end = leaving(to, b, a)
  // Boxes within one another: from middle to middle.
  const isTurned = (end[0] - start[0]) * (b[0] - a[0]) + (end[1] - start[1]) * (b[1] - a[1]) <= 0
  return isTurned ? [a, b] : [start, end]
}

/** Where the way from the middle of a box towards a place leaves the box. */
function leaving({ w, h }: Box, [x, y]: XY, [toX, toY]: XY): XY {
  const [dx, dy] = [toX - x, toY - y]
  const share = Math.min(dx === 0 ? 1 : w / 2 / Math.abs(dx), dy === 0 ? 1 : h / 2 / Math.abs(dy), 1)
  return [x + share * dx, y + share * dy]
}
