/** Relations between marks: which may be made, and making and taking them back as undoable gestures. */

import { type Link, linkKey, type Mark } from "./annotation.ts"
import type { LinkType, Vocabulary } from "./ontology.ts"
import type { Session } from "./session.ts"

/** A link that could be made. */
export interface LinkChoice {
  readonly type: LinkType
  readonly from: Mark
  readonly to: Mark
}

const LINEAGE_MAX = 20

/** Whether marks of a class may stand at an end that names `allowed`; a class counts with those above it. */
function fits(vocabulary: Vocabulary, classId: string, allowed: readonly string[] | undefined): boolean {
  if (!allowed || allowed.length === 0) return true
  let at: string | null | undefined = classId
  for (let level = 0; at && level < LINEAGE_MAX; level++) {
    if (allowed.includes(at)) return true
    at = vocabulary.classOf(at)?.parent
  }
  return false
}

/** The links of the document, in its order. */
export function linksOf(session: Session): Link[] {
  return session.annotation().links.slice()
}

/**
 * The links that may be made between two marks and are not there yet: each type from the first to the second and, where
 * it has a direction, the other way round.
 */
export function linkChoices(session: Session, first: Mark, second: Mark): LinkChoice[] {
  const { vocabulary } = session
  const there = linksOf(session)
  const found: LinkChoice[] = []
  for (const type of vocabulary.linkTypes) {
    const isDirected = type.directed ?? true
    const ways: readonly (readonly [Mark, Mark])[] = [
      [first, second],
      [second, first],
    ]
    for (const [from, to] of ways) {
      const isAllowed = fits(vocabulary, from.class, type.from) && fits(vocabulary, to.class, type.to)
      const isThere = there.some(
        (link) =>
          link.type === type.id &&
          ((link.from === from.id && link.to === to.id) || (!isDirected && link.from === to.id && link.to === from.id)),
      )
      if (!isAllowed || isThere) continue
      found.push({ type, from, to })
      if (!isDirected) break
    }
  }
  return found
}

/** Why no relation leads from one mark to another. */
export function refusalToLink(session: Session, from: Mark, to: Mark): string {
  const { vocabulary } = session
  const [fromName, toName] = [from, to].map((mark) => vocabulary.classOf(mark.class)?.name ?? mark.class)
  const isThere = linksOf(session).some(
    (link) => (link.from === from.id && link.to === to.id) || (link.from === to.id && link.to === from.id),
  )
  const [other] = linkChoices(session, to, from).filter((choice) => choice.from === to)
  if (other) return `${other.type.name} leads from ${toName} to ${fromName}: draw it the other way.`
  return isThere ? "These two are linked already." : `No relation leads from ${fromName} to ${toName} in this project.`
}

/** Makes a link; returns its id. */
export function addLink(session: Session, { type, from, to }: LinkChoice): string {
  const id = session.newId()
  session.gesture(`Link ${type.name}`, (transaction) =>
    transaction.put({
      key: linkKey(id),
      type: "link",
      order: session.store.nextOrder(),
      link: { id, type: type.id, from: from.id, to: to.id },
    }),
  )
  session.say(`Linked: ${type.name}.`)
  return id
}

export function removeLink(session: Session, id: string): void {
  session.gesture("Remove link", (transaction) => transaction.delete(linkKey(id)))
  session.say("Link removed.")
}
