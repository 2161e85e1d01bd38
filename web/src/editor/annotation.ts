/** The annotation document, as it travels, and its records, as the store keeps them. */

import type { FieldValue, FieldValues } from "./ontology.ts"

export const ANNOTATION_VERSION = 1

export type Source = "human" | "prediction" | "consensus" | "import"
/** Opaque here: the mark kind that owns it reads it. */
export type Geometry = Readonly<Record<string, unknown>>

/** What a mark began as, where that was no hand alone: the answer of a model, or what an assistance tool outlined. */
export interface Making {
  /** "model", or the tool. */
  readonly by: string
  readonly model?: string
  readonly version?: string
  /** A person has changed it since. */
  readonly corrected?: boolean
}

export interface Mark {
  readonly id: string
  readonly kind: string
  readonly class: string
  readonly geometry: Geometry
  readonly attributes: FieldValues
  readonly asset: number
  readonly z: number
  readonly group?: string
  readonly source: Source
  readonly score?: number
  readonly made?: Making
}

export interface Link {
  readonly id: string
  readonly type: string
  readonly from: string
  readonly to: string
  readonly attributes?: FieldValues
}

export interface Annotation {
  readonly version: number
  readonly marks: readonly Mark[]
  readonly answers: FieldValues
  readonly links: readonly Link[]
}

/** A mark as others may write it: what equals the default may be absent. */
export type WireMark = Pick<Mark, "id" | "kind" | "class"> & {
  readonly [K in keyof Omit<Mark, "id" | "kind" | "class">]?: Mark[K] | null
}

export interface WireAnnotation {
  readonly version?: number
  readonly marks?: readonly WireMark[]
  readonly answers?: FieldValues
  readonly links?: readonly Link[]
}

export const EMPTY_ANNOTATION: Annotation = { version: ANNOTATION_VERSION, marks: [], answers: {}, links: [] }

/** `order` keeps a record's place in the document through deletes and undos. */
export interface MarkRecord {
  readonly key: string
  readonly type: "mark"
  readonly order: number
  readonly mark: Mark
}

export interface AnswerRecord {
  readonly key: string
  readonly type: "answer"
  readonly order: number
  readonly question: string
  readonly value: FieldValue
}

export interface LinkRecord {
  readonly key: string
  readonly type: "link"
  readonly order: number
  readonly link: Link
}

export type DocumentRecord = MarkRecord | AnswerRecord | LinkRecord

export function markKey(id: string): string {
  return `mark:${id}`
}

export function answerKey(question: string): string {
  return `answer:${question}`
}

export function linkKey(id: string): string {
  return `link:${id}`
}

export function markRecord(mark: Mark, order: number): MarkRecord {
  return { key: markKey(mark.id), type: "mark", order, mark }
}

export function answerRecord(question: string, value: FieldValue, order: number): AnswerRecord {
  return { key: answerKey(question), type: "answer", order, question, value }
}

/** A mark with every default written out. */
export function fullMark(wire: WireMark): Mark {
  return {
    id: wire.id,
    kind: wire.kind,
    class: wire.class,
    geometry: wire.geometry ?? {},
    attributes: wire.attributes ?? {},
    asset: wire.asset ?? 0,
    z: wire.z ?? 0,
    source: wire.source ?? "human",
    ...(wire.group === undefined || wire.group === null ? {} : { group: wire.group }),
    ...(wire.score === undefined || wire.score === null ? {} : { score: wire.score }),
    ...(wire.made === undefined || wire.made === null ? {} : { made: wire.made }),
  }
}

/**
 * The records of a document. Marks of unknown kinds are kept as they are, so that an old editor loses nothing.
 * Throws RangeError for a document newer than this editor: saving it would drop what it cannot read.
 */
export function readAnnotation(wire: WireAnnotation): DocumentRecord[] {
  const version = wire.version ?? ANNOTATION_VERSION
  if (version > ANNOTATION_VERSION) {
    throw new RangeError(
      `This annotation has version ${version}; this page knows up to ${ANNOTATION_VERSION}. Reload it.`,
    )
  }
  const records: DocumentRecord[] = []
  for (const mark of wire.marks ?? []) records.push(markRecord(fullMark(mark), records.length))
  for (const [question, value] of Object.entries(wire.answers ?? {})) {
    records.push(answerRecord(question, value, records.length))
  }
  for (const link of wire.links ?? []) {
    records.push({ key: linkKey(link.id), type: "link", order: records.length, link })
  }
  return records
}

/** The document that the records make, each list in its order. */
export function writeAnnotation(records: Iterable<DocumentRecord>): Annotation {
  const sorted = [...records].sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1))
  const marks: Mark[] = []
  const links: Link[] = []
  const answers: Record<string, FieldValue> = {}
  for (const record of sorted) {
    if (record.type === "mark") marks.push(record.mark)
    else if (record.type === "link") links.push(record.link)
    else answers[record.question] = record.value
  }
  return { version: ANNOTATION_VERSION, marks, answers, links }
}
