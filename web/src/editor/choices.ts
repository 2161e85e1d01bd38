/** What can be chosen for a field that is answered by choosing, and the digit that chooses it. */

import { scaleSteps } from "./fields.ts"
import type { Field, FieldValue } from "./ontology.ts"

export interface Choice {
  readonly value: FieldValue
  readonly name: string
  /** A digit, or the letter that the project chose. */
  readonly key: string | undefined
}

/** The choices of a field in the ontology's order; none for texts, numbers and dates. */
export function choicesOf(field: Field): readonly Choice[] {
  if (field.kind === "boolean") {
    return [
      { value: true, name: "Yes", key: "1" },
      { value: false, name: "No", key: "0" },
    ]
  }
  if (field.kind === "scale") {
    return scaleSteps(field).map((step) => ({
      value: step,
      name: String(step),
      key: step >= 0 && step <= 9 ? String(step) : undefined,
    }))
  }
  return (field.options ?? []).map((option, i) => ({
    value: option.id,
    name: option.name,
    key: option.key ?? (i < 9 ? String(i + 1) : undefined),
  }))
}

/** What a field holds once `choice` is taken: of several ones it is put in, or taken out again. */
export function chosenWith(field: Field, before: FieldValue | undefined, choice: Choice): FieldValue {
  if (field.kind !== "multiple") return choice.value
  const held = Array.isArray(before) ? (before as readonly string[]) : []
  const id = choice.value as string
  const next = held.includes(id) ? held.filter((each) => each !== id) : [...held, id]
  // Kept in the ontology's order: two people who chose the same options said the same.
  return choicesOf(field)
    .map((each) => each.value as string)
    .filter((each) => next.includes(each))
}
