/** The versions of one draft that a person has made on their devices. */

import type { components } from "#api/schema.d.ts"
import type { Annotation, WireAnnotation } from "#editor/annotation.ts"
import type { NewerDraft } from "#editor/port.ts"
import { deviceWords } from "#parts/device.ts"
import { plural } from "#parts/format.ts"
import { readable } from "#parts/wire.ts"

export interface Version {
  readonly id: string
  readonly title: string
  /** ISO; null: now. */
  readonly savedAt: string | null
  readonly document: WireAnnotation
}

export const hereVersion = (document: Annotation): Version => ({
  id: "here",
  title: "On this device",
  savedAt: null,
  document: document as WireAnnotation,
})

export const thereVersion = ({ device, savedAt, annotation }: NewerDraft): Version => ({
  id: "there",
  title: `On ${deviceWords(device)}`,
  savedAt,
  document: annotation,
})

/** What was laid aside, newest first. */
export const asideVersions = (copies: readonly components["schemas"]["DraftCopy"][]): Version[] =>
  copies.map(({ device, saved_at: savedAt, annotation }, i) => ({
    id: `copy ${i}`,
    title: `On ${deviceWords(device)}`,
    savedAt,
    document: readable(annotation),
  }))

/** "3 marks, 1 answer". */
export function contentWords({ marks = [], answers = {} }: WireAnnotation): string {
  const answered = Object.keys(answers).length
  return answered > 0 ? `${plural(marks.length, "mark")}, ${plural(answered, "answer")}` : plural(marks.length, "mark")
}
