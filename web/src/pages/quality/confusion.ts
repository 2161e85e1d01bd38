/** Confusion in shares and words. */

import type { components } from "#api/schema.d.ts"

export type Confusion = components["schemas"]["Confusion"]

/** What a value is called; none says so in the words of its subject. */
export function valueTitle({ titles, values, subject }: Confusion, at: number): string {
  if (values[at] === "") return subject.startsWith("question:") ? "left open" : "nothing"
  return titles[at] || values[at] || ""
}

/** Of what is right, the share that was called each thing; zeros for a row of nothing. */
export function rowShares(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const all = row.reduce((sum, value) => sum + value, 0)
    return row.map((value) => (all > 0 ? value / all : 0))
  })
}

/** Counts are weighted by how sure the truth is, and so not whole: shown whole from 10, with a digit below. */
export const weighed = (value: number): string =>
  value < 0.05 ? "" : value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0)

/** The table with the most judgements behind it: the one to begin with. */
export function fullest<Table extends Pick<Confusion, "counts">>(tables: readonly Table[]): Table | undefined {
  const judgements = ({ counts }: Table) => counts.flat().reduce((sum, value) => sum + value, 0)
  return tables.toSorted((one, other) => judgements(other) - judgements(one))[0]
}

/** The most frequent mistakes, the worst first: places of truth and of what was said. */
export function worst(counts: readonly (readonly number[])[], most: number): [truth: number, said: number][] {
  return counts
    .flatMap((row, truth) => row.map((value, said) => ({ value, truth, said })))
    .filter(({ value, truth, said }) => truth !== said && value >= 0.5)
    .sort((one, other) => other.value - one.value)
    .slice(0, most)
    .map(({ truth, said }) => [truth, said])
}
