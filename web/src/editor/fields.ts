/** What may be wrong with the value of one field; the codes and limits are the server's. */

import type { Field, FieldValue } from "./ontology.ts"

export interface Problem {
  readonly code: string
  readonly message: string
  readonly mend: string
}

const TEXT_MAX = 100_000

/** What is wrong with a value that is there, or null. Whether it has to be there is not asked here. */
export function problemOf(field: Field, value: FieldValue): Problem | null {
  switch (field.kind) {
    case "single":
      return typeof value === "string" ? optionProblem(field, value) : wrongType(field, "one option")
    case "multiple":
      return multipleProblem(field, value)
    case "boolean":
      return typeof value === "boolean" ? null : wrongType(field, "yes or no")
    case "number":
    case "scale":
      return typeof value === "number" ? numberProblem(field, value) : wrongType(field, "a number")
    case "text":
      return typeof value === "string" ? textProblem(field, value) : wrongType(field, "a text")
    case "date":
      return typeof value === "string" ? dateProblem(field, value) : wrongType(field, "a date")
  }
}

/** The step of a number, or null where any value goes; a scale has whole steps unless it says otherwise. */
export function stepOf(field: Field): number | null {
  return field.step || (field.kind === "scale" ? 1 : null)
}

/** The values of a scale from low to high; 1 to 5 where the ontology gives no range. At most 101 of them. */
export function scaleSteps(field: Field): number[] {
  const low = field.min ?? 1
  const high = field.max ?? 5
  const step = stepOf(field) as number
  const count = Math.min(101, Math.floor((high - low) / step + 1e-6) + 1)
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number((low + i * step).toPrecision(12)))
}

function wrongType(field: Field, wanted: string): Problem {
  return { code: "wrong_type", message: `${field.name} is not ${wanted}.`, mend: `Give ${wanted}.` }
}

function optionProblem(field: Field, option: string): Problem | null {
  if (field.options?.some((each) => each.id === option)) return null
  return {
    code: "unknown_option",
    message: `${field.name} has no option "${option}".`,
    mend: "Choose one of its options.",
  }
}

function multipleProblem(field: Field, value: FieldValue): Problem | null {
  if (!Array.isArray(value)) return wrongType(field, "a list of options")
  const chosen = value as readonly string[]
  for (const option of chosen) {
    const problem = optionProblem(field, option)
    if (problem) return problem
  }
  if (new Set(chosen).size < chosen.length) {
    return { code: "repeated_option", message: `${field.name} names an option twice.`, mend: "Name each option once." }
  }
  const low = field.min ?? 0
  const high = field.max ?? Number.POSITIVE_INFINITY
  if (chosen.length === 0 || (chosen.length >= low && chosen.length <= high)) return null
  const mend =
    field.max === undefined || field.max === null ? `Choose at least ${low}.` : `Choose ${low || 1} to ${high}.`
  return { code: "wrong_count", message: `${field.name} has ${chosen.length} options chosen.`, mend }
}

function numberProblem(field: Field, value: number): Problem | null {
  if (!Number.isFinite(value)) {
    return { code: "not_finite", message: `${field.name} is not a finite number.`, mend: "Give a finite number." }
  }
  const low = field.min ?? Number.NEGATIVE_INFINITY
  const high = field.max ?? Number.POSITIVE_INFINITY
  if (value < low || value > high) {
    const message = `${field.name}: ${value} is not ${rangeInWords(low, high)}.`
    return { code: "out_of_range", message, mend: "Move it inside." }
  }
  const step = stepOf(field)
  if (step === null) return null
  const origin = field.min ?? 0
  const steps = (value - origin) / step
  if (Math.abs(steps - Math.round(steps)) <= 1e-6) return null
  const mend = `Use steps of ${step} from ${origin}.`
  return { code: "off_step", message: `${field.name}: ${value} is between two steps.`, mend }
}

function rangeInWords(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return `at most ${high}`
  return high === Number.POSITIVE_INFINITY ? `at least ${low}` : `from ${low} to ${high}`
}

function textProblem(field: Field, value: string): Problem | null {
  // Limits count code points, as the server's do; a JavaScript length counts an emoji twice.
  const length = value.length <= 1 ? value.length : [...value].length
  const high = Math.min(field.max ?? TEXT_MAX, TEXT_MAX)
  if (length > high) {
    return {
      code: "too_long",
      message: `${field.name} has ${length} characters, ${high} at most.`,
      mend: "Shorten it.",
    }
  }
  if (value.includes("\0") || /[\ud800-\udfff]/u.test(value)) {
    return { code: "bad_text", message: `${field.name} holds a character that is none.`, mend: "Type it anew." }
  }
  if (value === "") return null
  if (length < (field.min ?? 0)) {
    const message = `${field.name} has ${length} characters, ${field.min} at least.`
    return { code: "too_short", message, mend: "Write more, or leave it empty." }
  }
  if (!field.pattern || fits(field.pattern, value)) return null
  const mend = field.help || "Write it in the form that the pattern describes."
  return { code: "no_match", message: `${field.name} does not fit the pattern ${field.pattern}`, mend }
}

/** Whether the whole text fits. The server refuses patterns that this could choke on when an ontology is saved. */
function fits(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`, "u").test(value)
}

function dateProblem(field: Field, value: string): Problem | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return wrongType(field, "a date as YYYY-MM-DD")
  const [year, month, day] = value.split("-").map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day) return null
  return { code: "bad_date", message: `${field.name}: ${value} is not a day of the calendar.`, mend: "Correct it." }
}
