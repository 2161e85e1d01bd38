/** Everything that was ever said about an item, as pictures to be laid side by side. */

import type { components } from "#api/schema.d.ts"
import type { WireAnnotation } from "#editor/annotation.ts"
import { originNames } from "./words.ts"

type History = components["schemas"]["History"]

export interface Version {
  readonly id: string
  readonly title: string
  /** "round 2", "in force". */
  readonly note: string
  readonly at: string | null
  readonly document: WireAnnotation
  /** How well each mark is backed, by mark id, 0 to 1. */
  readonly agreement: Readonly<Record<string, number>>
  readonly activeMs: number | null
}

type Shares = Readonly<Record<string, number>>
interface Detail {
  readonly marks?: Readonly<Record<string, Shares>>
  readonly merged?: Shares
}

/** The server's account of how alike the submissions are; empty where there was only one. */
export const detailOf = (history: History): Detail => history.agreement_detail as Detail

const wire = (annotation: components["schemas"]["Annotation"]) => annotation as unknown as WireAnnotation

/** Submissions, what reviews made of them, and results, in this order. */
export function versionsOf(history: History): Version[] {
  const detail = detailOf(history)
  return [
    ...history.submissions.map((one) => ({
      id: one.id,
      title: one.worker,
      note: `submission, round ${one.round + 1}`,
      at: one.created_at,
      document: wire(one.annotation),
      agreement: detail.marks?.[one.id] ?? {},
      activeMs: one.active_ms,
    })),
    ...history.reviews.flatMap((one) =>
      one.annotation
        ? [
            {
              id: one.id,
              title: one.reviewer ?? "The project's side",
              note: `correction, round ${one.round + 1}`,
              at: one.created_at,
              document: wire(one.annotation),
              agreement: {},
              activeMs: null,
            },
          ]
        : [],
    ),
    ...history.results.map((one) => ({
      id: one.id,
      title: `Result, version ${one.version}`,
      note: `${originNames[one.origin]}${one.id === history.task.result_id ? ", in force" : ""}`,
      at: one.created_at,
      document: wire(one.annotation),
      agreement: one.origin === "consensus" ? (detail.merged ?? {}) : {},
      activeMs: null,
    })),
  ]
}

/** What the picture starts from: the result in force, else what the submissions say together, else the newest one. */
export function startOf(history: History): WireAnnotation {
  const result = history.results.find(({ id }) => id === history.task.result_id)
  const found = result?.annotation ?? history.merged ?? history.submissions.at(-1)?.annotation
  return found ? wire(found) : {}
}

/** The ontology version that the newest of it was made under; null where nothing was said yet. */
export function ontologyVersionOf(history: History): number | null {
  const made = [...history.results, ...history.submissions].map((one) => one.ontology_version)
  return made.length > 0 ? Math.max(...made) : null
}
