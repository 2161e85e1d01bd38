/**
 * What is wrong with a document, before the server says so. The rules and codes are those of `fairmark.ontology.rules`;
 * the geometry's own come from the mark kinds.
 */

import type { Size } from "#geometry/box.ts"
import type { Annotation, Link, Mark } from "./annotation.ts"
import { isAnswered, visibleFields } from "./conditions.ts"
import { type Problem, problemOf } from "./fields.ts"
import type { KindTable, MarkKind } from "./kind.ts"
import type { Field, FieldValues, ItemClass, Strictness, Vocabulary } from "./ontology.ts"

/** One thing wrong: `path` is a JSON Pointer into the document (/marks/3/attributes/color). */
export interface Fault {
  readonly code: string
  readonly path: string
  readonly message: string
  readonly mend?: string
  readonly mark_id?: string | null
  readonly severity?: "error" | "warning"
}

export const FAULTS_MAX = 1000

/** The faults of one mark with paths below it; marks never change, so they are worked out once each. */
type Local = readonly Fault[]

/** Checks documents against one ontology, remembering the marks it has seen. */
export class Validator {
  readonly #vocabulary: Vocabulary
  readonly #kinds: KindTable
  readonly #assets: readonly Size[]
  #seen = new WeakMap<Mark, Local>()

  constructor(vocabulary: Vocabulary, kinds: KindTable, assets: readonly Size[]) {
    this.#vocabulary = vocabulary
    this.#kinds = kinds
    this.#assets = assets
  }

  /** Everything wrong with a finished document, in its order; at most FAULTS_MAX. Empty means good. */
  faults(annotation: Annotation): Fault[] {
    const found: Fault[] = []
    const marks = new Map<string, Mark>()
    for (const [index, mark] of annotation.marks.entries()) {
      for (const fault of this.#faultsOf(mark)) found.push({ ...fault, path: `/marks/${index}${fault.path}` })
      if (marks.has(mark.id)) {
        const message = "Two marks have the same id."
        found.push({
          code: "duplicate_id",
          path: `/marks/${index}/id`,
          message,
          mend: "Delete one of them.",
          mark_id: mark.id,
        })
      }
      marks.set(mark.id, mark)
      if (found.length >= FAULTS_MAX) return this.#asStrict(found.slice(0, FAULTS_MAX))
    }
    for (const kind of this.#kinds.values()) {
      found.push(...(kind.together?.(annotation.marks, this.#vocabulary, this.#assets) ?? []))
    }
    found.push(...this.#countFaults(annotation.marks))
    found.push(...fieldFaults(this.#vocabulary.questions, annotation.answers, "/answers", "question", null))
    annotation.links.forEach((link, index) => {
      found.push(...this.#linkFaults(link, index, marks))
    })
    return this.#asStrict(found.slice(0, FAULTS_MAX))
  }

  /** As the project wants its rules: some are warnings and not errors, or the other way, or nothing. */
  #asStrict(faults: readonly Fault[]): Fault[] {
    const wanted: Readonly<Record<string, Strictness | undefined>> = this.#vocabulary.strictness
    return faults.flatMap((fault) => {
      const strictness = wanted[fault.code]
      if (strictness === undefined) return [fault]
      return strictness === "ignore" ? [] : [{ ...fault, severity: strictness }]
    })
  }

  /** The faults of one mark, with paths below the mark. */
  #faultsOf(mark: Mark): Local {
    const known = this.#seen.get(mark)
    if (known) return known
    const found: Fault[] = []
    const add = (code: string, path: string, message: string, mend: string) =>
      found.push({ code, path, message, mend, mark_id: mark.id })
    const itemClass = this.#vocabulary.classOf(mark.class)
    const kind = this.#kinds.get(mark.kind)
    if (!itemClass) add("unknown_class", "/class", `There is no class "${mark.class}".`, "Choose another class.")
    else if (!itemClass.marks.includes(mark.kind)) {
      const mend = `It takes: ${itemClass.marks.join(", ")}.`
      add("kind_not_allowed", "/kind", `The class ${itemClass.name} takes no marks of kind "${mark.kind}".`, mend)
    }
    const asset = this.#assets[mark.asset]
    if (!asset) add("unknown_asset", "/asset", `The item has no image ${mark.asset + 1}.`, "Delete the mark.")
    if (!kind) add("unknown_kind", "/kind", `Images have no marks of kind "${mark.kind}".`, "Delete the mark.")
    if (kind && asset) {
      const problems = kind.problems(mark.geometry, asset)
      for (const problem of problems) add(problem.code, `/geometry${problem.path}`, problem.message, problem.mend)
      if (itemClass && problems.length === 0) {
        for (const { code, message, mend } of classProblems(kind, mark, itemClass))
          add(code, "/geometry", message, mend)
      }
    }
    if (itemClass) {
      found.push(...fieldFaults(itemClass.attributes ?? [], mark.attributes, "/attributes", "attribute", mark.id))
    }
    this.#seen.set(mark, found)
    return found
  }

  #countFaults(marks: readonly Mark[]): Fault[] {
    const counted = this.#vocabulary.classes.filter(
      (each) => (each.min_count ?? 0) > 0 || typeof each.max_count === "number",
    )
    if (counted.length === 0) return []
    const counts = new Map<string, number>()
    for (const mark of marks) counts.set(mark.class, (counts.get(mark.class) ?? 0) + 1)
    const found: Fault[] = []
    for (const { id, name, min_count = 0, max_count } of counted) {
      const count = counts.get(id) ?? 0
      if (count < min_count) {
        const message = `${name}: ${count} marked, at least ${min_count} wanted.`
        found.push({ code: "too_few", path: "/marks", message, mend: `Mark ${min_count - count} more.` })
      }
      if (typeof max_count === "number" && count > max_count) {
        const message = `${name}: ${count} marked, at most ${max_count} allowed.`
        found.push({ code: "too_many", path: "/marks", message, mend: `Delete ${count - max_count}.` })
      }
    }
    return found
  }

  #linkFaults(link: Link, index: number, marks: ReadonlyMap<string, Mark>): Fault[] {
    const path = `/links/${index}`
    const missing = (["from", "to"] as const).filter((end) => !marks.has(link[end]))
    const found: Fault[] = missing.map((end) => ({
      code: "missing_end",
      path: `${path}/${end}`,
      message: `The link's ${end} end is not a mark of this document.`,
      mend: "Delete the link.",
    }))
    if (!this.#vocabulary.linkTypes.some((type) => type.id === link.type)) {
      const message = `There is no link type "${link.type}".`
      found.push({ code: "unknown_link_type", path: `${path}/type`, message, mend: "Delete the link." })
    }
    return found
  }
}

/** What is wrong with a sound geometry by what its class says of this kind. */
export function classProblems(kind: MarkKind, mark: Mark, itemClass: ItemClass): readonly Problem[] {
  const unfit = kind.fitting?.(mark.geometry, itemClass) ?? []
  if (unfit.length > 0) return unfit
  const limits = itemClass.limits?.[mark.kind]
  return (limits && kind.limited?.(mark.geometry, limits)) ?? []
}

/** The faults that keep a document from being handed in; warnings left out. */
export function errorsOf(faults: readonly Fault[]): Fault[] {
  return faults.filter((fault) => fault.severity !== "warning")
}

/**
 * The faults that are worth a look before a document is handed in, the errors first: without values that are left out of
 * results anyway.
 */
export function worthALook(faults: readonly Fault[]): Fault[] {
  const warnings = faults.filter(({ severity, code }) => severity === "warning" && code !== "hidden_value")
  return [...errorsOf(faults), ...warnings]
}

/** Faults of the values in one place. `what` names a field there. */
export function fieldFaults(
  fields: readonly Field[],
  values: FieldValues,
  path: string,
  what: "attribute" | "question",
  markId: string | null,
): Fault[] {
  const found: Fault[] = []
  const asked = new Set(visibleFields(fields, values).map((field) => field.id))
  const byId = new Map(fields.map((field) => [field.id, field]))
  for (const [id, value] of Object.entries(values)) {
    const field = byId.get(id)
    const at = `${path}/${id.replaceAll("~", "~0").replaceAll("/", "~1")}`
    if (!field) {
      const message = `There is no ${what} "${id}".`
      found.push({ code: `unknown_${what}`, path: at, message, mend: "It is left out.", mark_id: markId })
      continue
    }
    const problem = problemOf(field, value)
    if (problem) found.push({ ...problem, path: at, mark_id: markId })
    if (!asked.has(id)) {
      const message = `${field.name} is not asked, given the other answers.`
      const mend = "Nothing to do: it is left out of results."
      found.push({ code: "hidden_value", path: at, message, mend, mark_id: markId, severity: "warning" })
    }
  }
  for (const field of fields) {
    if (!field.required || !asked.has(field.id) || isAnswered(values[field.id])) continue
    const message = `${field.name} has no answer.`
    found.push({ code: "required", path: `${path}/${field.id}`, message, mend: "Answer it.", mark_id: markId })
  }
  return found
}
