/** Agreement figures, arranged for the views of the page. */

import type { components } from "#api/schema.d.ts"
import type { Sort } from "#parts/table.ts"
import { UNITS_MIN } from "./words.ts"

export type Figure = components["schemas"]["AgreementFigure"]
export type SliceKind = components["schemas"]["SliceKind"]

export const slices: readonly { value: SliceKind; label: string }[] = [
  { value: "all", label: "Everything" },
  { value: "class", label: "By class or option" },
  { value: "batch", label: "By batch" },
  { value: "meta", label: "By metadata" },
  { value: "pair", label: "By pair of people" },
  { value: "week", label: "By week" },
]

/** What the figures are of, once each, in their order. */
export function subjectsOf(figures: readonly Figure[]): { value: string; label: string }[] {
  return [...new Map(figures.map(({ subject, title }) => [subject, title]))].map(([value, label]) => ({ value, label }))
}

export const isEnough = ({ units, figure }: Figure): boolean => units >= UNITS_MIN && figure.value !== null

/** Figures as a table wants them; what is not known comes last, whichever way. */
export function sorted(figures: readonly Figure[], sort: Sort | undefined): readonly Figure[] {
  if (!sort) return figures
  const worth = (one: Figure) => (sort.by === "units" ? one.units : one.figure.value)
  return figures.toSorted((one, other) => {
    const [a, b] = [worth(one), worth(other)]
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
    return sort.descending ? b - a : a - b
  })
}

export interface Pairs {
  readonly people: readonly string[]
  /** The figure of two people by place, or undefined where they share too little. */
  readonly of: (one: number, other: number) => Figure | undefined
}

/** Who agrees with whom, in a matrix. slice_key: "alias|alias". */
export function pairsOf(figures: readonly Figure[]): Pairs {
  const people = [...new Set(figures.flatMap(({ slice_key }) => slice_key.split("|")))].toSorted()
  const byPair = new Map(figures.map((figure) => [figure.slice_key.split("|").toSorted().join("|"), figure]))
  return {
    people,
    of: (one, other) => byPair.get([people[one] ?? "", people[other] ?? ""].toSorted().join("|")),
  }
}
