/** An inspection in words: what was said, what it weighs, what would change it. */

import type { components } from "#api/schema.d.ts"
import { percent, plural } from "#parts/format.ts"

export type Decided = components["schemas"]["Decided"]
export type Inspection = components["schemas"]["Inspection"]

/** Where a project has no target, what is surer than this counts as sure. */
export const USUAL_TARGET = 0.9

/** One of a decision's options as people call it; what is none says so in the words of its kind. */
export function optionWords({ options, kind }: Pick<Decided, "options" | "kind">, value: string): string {
  const title = options.find((option) => option.value === value)?.title
  if (title) return title
  if (value) return value
  return kind === "mark" || kind === "dropped" ? "nothing there" : "left open"
}

/** What a decision came to: "Car", "Day", "nothing there". */
export const answerWords = (decided: Pick<Decided, "options" | "kind" | "answer">): string =>
  optionWords(decided, decided.answer)

/** The option that the decision came to: the server names it as people call it, or as the annotation has it. */
export function chosenOption({
  options,
  answer,
}: Pick<Decided, "options" | "answer">): Decided["options"][number] | null {
  return options.find(({ value }) => value === answer) ?? options.find(({ title }) => title === answer) ?? null
}

/** The likeliest other answer; null where there is none. */
export function runnerUp(decided: Pick<Decided, "options" | "kind" | "answer">): string | null {
  const chosen = chosenOption(decided)
  const other = decided.options.find((option) => option !== chosen)
  return other ? optionWords(decided, other.value) : null
}

/**
 * What one person's word weighs. nats: the logarithm of how much likelier it is that they say this if the answer is right
 * than if the runner-up is; negative speaks against it.
 */
export function evidenceWords(nats: number): string {
  const size = Math.abs(nats)
  if (size < 0.1) return "Says nothing either way"
  const times = Math.exp(size)
  const likelier = times >= 100 ? "over 100" : times >= 10 ? times.toFixed(0) : times.toFixed(1)
  return `${strengthWords(nats)}: ${likelier} times likelier to be said if ${nats > 0 ? "it is right" : "it is wrong"}`
}

/** The same in three words. */
export function strengthWords(nats: number): string {
  const size = Math.abs(nats)
  if (size < 0.1) return "Neither way"
  const strength = size < 0.7 ? "A little" : size < 2 ? "Clearly" : "Strongly"
  return `${strength} ${nats > 0 ? "for it" : "against it"}`
}

/** What it would take for the answer to become another one, and what one more person would bring. */
export function changeWords(decided: Decided): string {
  const other = runnerUp(decided)
  const turn =
    decided.to_turn === null || other === null
      ? "More people of the usual kind would hardly turn it."
      : `It would take ${plural(decided.to_turn, "more person", "more people")}, all saying “${other}”, to turn it.`
  const gain =
    decided.gain < 0.005
      ? "One more person would hardly make it surer."
      : `One more person would make it about ${percent(decided.gain, decided.gain < 0.095 ? 1 : 0)} surer.`
  return `${turn} ${gain}`
}

/** The mark that a decision is about; null for a question. */
export function markOf({ kind, key }: Pick<Decided, "kind" | "key">): string | null {
  if (kind === "question") return null
  return kind === "attribute" ? (key.split("/")[0] ?? null) : key
}

/** How sure each mark is, by its id: of its place and class, not of its attributes. */
export function markConfidences(decisions: readonly Decided[]): Map<string, number> {
  return new Map(decisions.filter(({ kind }) => kind === "mark").map(({ key, confidence }) => [key, confidence]))
}

/** A key that no two decisions share. */
export const decisionKey = ({ kind, key }: Pick<Decided, "kind" | "key">): string => `${kind} ${key}`
