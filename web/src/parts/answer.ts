/** What an annotation says, in words: for lists, cards and readers. */

import type { WireAnnotation, WireMark } from "#editor/annotation.ts"
import type { Field, FieldValue, Ontology } from "#editor/ontology.ts"

/** A value as its field calls it: options by name. */
export function valueWords(field: Field | undefined, value: FieldValue): string {
  const named = (option: string) => field?.options?.find(({ id }) => id === option)?.name ?? option
  if (typeof value === "boolean") return value ? "yes" : "no"
  if (typeof value === "number") return String(value)
  return typeof value === "string" ? named(value) : value.map(named).join(", ") || "none"
}

export interface Counted {
  readonly id: string
  readonly name: string
  /** #rrggbb; undefined for a class that the ontology does not know. */
  readonly colour: string | undefined
  readonly count: number
}

/** How many marks of each class there are, in the ontology's order; unknown classes last. */
export function countedMarks(document: WireAnnotation, ontology: Ontology): Counted[] {
  const counts = new Map<string, number>()
  for (const mark of document.marks ?? []) counts.set(mark.class, (counts.get(mark.class) ?? 0) + 1)
  const known = (ontology.classes ?? []).flatMap(({ id, name, color }) => {
    const count = counts.get(id)
    counts.delete(id)
    return count ? [{ id, name, colour: color, count }] : []
  })
  return [...known, ...[...counts].map(([id, count]) => ({ id, name: id, colour: undefined, count }))]
}

export interface Said {
  readonly id: string
  readonly question: string
  readonly answer: string
}

/** The answers to the item's questions, in the ontology's order; those to unknown questions last. */
export function saidAnswers(document: WireAnnotation, ontology: Ontology): Said[] {
  const answers = new Map(Object.entries(document.answers ?? {}))
  const known = (ontology.questions ?? []).flatMap((field) => {
    const value = answers.get(field.id)
    answers.delete(field.id)
    return value === undefined ? [] : [{ id: field.id, question: field.name, answer: valueWords(field, value) }]
  })
  const rest = [...answers].map(([id, value]) => ({ id, question: id, answer: valueWords(undefined, value) }))
  return [...known, ...rest]
}

/** What a mark is called: its class, and what its attributes say. */
export function markWords(mark: WireMark, ontology: Ontology): string {
  const itemClass = ontology.classes?.find(({ id }) => id === mark.class)
  const attributes = Object.entries(mark.attributes ?? {}).map(([id, value]) => {
    const field = itemClass?.attributes?.find((one) => one.id === id)
    return `${field?.name ?? id}: ${valueWords(field, value)}`
  })
  return [itemClass?.name ?? mark.class, ...attributes].join(", ")
}
