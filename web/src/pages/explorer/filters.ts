/** The explorer's filters: in the address, so that a view can be sent to someone; and as the server wants them. */

import type { components } from "#api/schema.d.ts"
import { taskStates } from "#parts/taskState.ts"

type TaskState = components["schemas"]["TaskState"]

export interface Filters {
  readonly words: string
  readonly classId: string | null
  readonly states: readonly TaskState[]
  readonly inReview: boolean
  readonly batch: string | null
  /** Shares from 0 to 1. */
  readonly agreementMin: number | null
  readonly agreementMax: number | null
  readonly worker: string | null
}

const known = new Set<string>(taskStates.map(({ value }) => value))

/** The filters that an address holds; what cannot be read is left out. */
export function filtersOf(query: URLSearchParams): Filters {
  return {
    words: query.get("q") ?? "",
    classId: query.get("class"),
    states: query.getAll("state").filter((state): state is TaskState => known.has(state)),
    inReview: query.get("review") === "1",
    batch: query.get("batch"),
    agreementMin: share(query.get("from")),
    agreementMax: share(query.get("to")),
    worker: query.get("by"),
  }
}

/** Percent as the address has it, as a share. */
function share(text: string | null): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text)
  return value >= 0 && value <= 100 ? value / 100 : null
}

/** The filters as the server's query. */
export function askedOf(filters: Filters, limit: number) {
  return {
    limit,
    ...(filters.words.trim() ? { words: filters.words.trim() } : {}),
    ...(filters.classId ? { class_id: filters.classId } : {}),
    ...(filters.states.length > 0 ? { states: [...filters.states] } : {}),
    ...(filters.inReview ? { in_review: true } : {}),
    ...(filters.batch ? { batch_id: filters.batch } : {}),
    ...(filters.agreementMin === null ? {} : { agreement_min: filters.agreementMin }),
    ...(filters.agreementMax === null ? {} : { agreement_max: filters.agreementMax }),
    ...(filters.worker ? { worker: filters.worker } : {}),
  }
}

/** What the address forgets when all filters go. */
export const noFilters = {
  q: null,
  class: null,
  state: null,
  review: null,
  batch: null,
  from: null,
  to: null,
  by: null,
} as const

/** How many filters are set. */
export function countSet(filters: Filters): number {
  const { words, classId, states, inReview, batch, agreementMin, agreementMax, worker } = filters
  const set = [words.trim(), classId, states.length > 0, inReview, batch, agreementMin ?? agreementMax, worker]
  return set.filter((one) => one !== null && one !== false && one !== "").length
}
