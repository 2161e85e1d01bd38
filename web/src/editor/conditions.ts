/** Which fields are asked, given what is answered so far. The same rules as the server's. */

import type { Field, FieldValue, FieldValues, When } from "./ontology.ts"

/** True if both are the same value; the order of a multiple choice does not count. */
export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.every((each) => (b as readonly string[]).includes(each)) && b.every((each) => a.includes(each))
  }
  return a === b
}

/** Whether the condition holds for the values; `values` must hold those of visible fields only. */
export function holds(when: When, values: FieldValues): boolean {
  if (when.all) return when.all.every((each) => holds(each, values))
  if (when.any) return when.any.some((each) => holds(each, values))
  if (when.not) return !holds(when.not, values)
  const value = values[when.field as string]
  if (value === undefined) return false
  if (when.in) return when.in.some((option) => (Array.isArray(value) ? value.includes(option) : value === option))
  if (Array.isArray(value) && !Array.isArray(when.is)) return value.includes(when.is)
  return sameValue(value, when.is ?? undefined)
}

/** The fields a condition looks at. */
export function fieldsIn(when: When): readonly string[] {
  if (when.all) return when.all.flatMap(fieldsIn)
  if (when.any) return when.any.flatMap(fieldsIn)
  if (when.not) return fieldsIn(when.not)
  return when.field ? [when.field] : []
}

/**
 * The fields that are asked, in the ontology's order. A hidden field counts as unanswered for those that depend on it.
 *
 * A field may depend on one that comes later. The server refuses ontologies whose conditions go in a circle; should
 * one arrive all the same, the fields of the circle stay hidden instead of hanging the editor.
 */
export function visibleFields(fields: readonly Field[], values: FieldValues): readonly Field[] {
  if (fields.every((field) => !field.when)) return fields
  const byId = new Map(fields.map((field) => [field.id, field]))
  const verdicts = new Map<string, boolean>()
  const isVisible = (field: Field): boolean => {
    if (!field.when) return true
    const known = verdicts.get(field.id)
    if (known !== undefined) return known
    verdicts.set(field.id, false)
    const seen: Record<string, FieldValue> = {}
    for (const id of fieldsIn(field.when)) {
      const other = byId.get(id)
      const value = values[id]
      if (other !== undefined && value !== undefined && isVisible(other)) seen[id] = value
    }
    const verdict = holds(field.when, seen)
    verdicts.set(field.id, verdict)
    return verdict
  }
  return fields.filter(isVisible)
}

/** Whether a value says something: an empty list and a text of blanks do not. */
export function isAnswered(value: FieldValue | undefined): boolean {
  if (typeof value === "string") return value.trim() !== ""
  return value !== undefined && !(Array.isArray(value) && value.length === 0)
}

/**
 * `values` without those of fields that are hidden or unknown, and without empty answers: what a submission carries.
 * The same object if all stay.
 */
export function visibleValues(fields: readonly Field[], values: FieldValues): FieldValues {
  const kept: Record<string, FieldValue> = {}
  let count = 0
  for (const field of visibleFields(fields, values)) {
    const value = values[field.id]
    if (value === undefined || !isAnswered(value)) continue
    kept[field.id] = value
    count++
  }
  return count === Object.keys(values).length ? values : kept
}

/** `values` plus the default of each field that is asked and has none; a default may bring up further fields. */
export function withDefaults(fields: readonly Field[], values: FieldValues = {}): FieldValues {
  const filled: Record<string, FieldValue> = { ...values }
  // Each round can only add; one without additions ends it, so there are at most as many rounds as fields.
  for (let added = true; added; ) {
    added = false
    for (const field of visibleFields(fields, filled)) {
      if (field.default === undefined || field.default === null || filled[field.id] !== undefined) continue
      filled[field.id] = field.default
      added = true
    }
  }
  return filled
}
