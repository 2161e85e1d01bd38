/** Cases in words that accuse nobody. */

import type { components } from "#api/schema.d.ts"
import { count, duration, percent } from "#parts/format.ts"

export type Case = components["schemas"]["Case"]
export type Example = components["schemas"]["Example"]
type Evidence = components["schemas"]["Evidence"]

export const signals: Readonly<Record<Case["signal"], { readonly name: string; readonly text: string }>> = {
  speed: { name: "Unusual speed", text: "Much faster than everybody, and wrong more often." },
  copied: {
    name: "The same answers",
    text: "Answers equal to another person's, to details that two people rarely share.",
  },
  pair: { name: "Shared mistakes", text: "Two people share mistakes far more often than chance would have it." },
  straight_line: { name: "Little variation", text: "Hardly any variation in the answers." },
  random: { name: "Answers like chance", text: "The answers tell nothing about the items." },
  gold_leak: {
    name: "Gold may be known",
    text: "The same wrong answer to a gold item by many, or sudden speed on gold alone.",
  },
}

export const shows = [
  { value: "open", label: "To decide" },
  { value: "closed", label: "Decided" },
] as const

export const decisions = {
  cleared: { label: "Nothing in it", status: "done" },
  confirmed: { label: "Confirmed", status: "warn" },
} as const

/** Whom or what a case is about. */
export function about({ worker, other }: Pick<Case, "worker" | "other">): string {
  if (!worker) return "A gold item"
  return other ? `${worker} and ${other}` : worker
}

/** A figure of the evidence in its unit. */
export function figureWords(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return ""
  if (unit === "share" || unit === "%") return percent(value, value < 0.1 ? 1 : 0)
  if (unit === "ms") return duration(value / 1_000)
  if (unit === "s") return duration(value)
  const number = Number.isInteger(value) ? count(value) : value.toFixed(2)
  return unit === "" || unit === "count" ? number : `${number} ${unit}`
}

/** What the evidence says, and what is usual: "4 s, 38 s is usual". */
export function evidenceFigure({ figure, usual, unit }: Evidence): string {
  const [value, normal] = [figureWords(figure, unit ?? ""), figureWords(usual, unit ?? "")]
  return value && normal ? `${value}, ${normal} is usual` : value
}

/** How unlikely it is by chance: never how guilty anybody is. */
export function strengthWords(strength: number): string {
  if (strength >= 0.95) return "very unlikely by chance"
  return strength >= 0.8 ? "unlikely by chance" : "may be chance"
}

/** The examples that belong to one item, so that they can be laid side by side; in the order in which items come. */
export function byItem(examples: readonly Example[]): readonly (readonly Example[])[] {
  const groups = new Map<string, Example[]>()
  for (const example of examples) groups.set(example.item_id, [...(groups.get(example.item_id) ?? []), example])
  return [...groups.values()]
}
