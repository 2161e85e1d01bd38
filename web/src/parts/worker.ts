/** How good somebody's work is, in words that are fair to them. */

import type { components } from "#api/schema.d.ts"
import { duration, percent } from "./format.ts"

export type Estimate = components["schemas"]["Estimate"]
export type Share = components["schemas"]["Share"]
export type ProjectQuality = components["schemas"]["ProjectQuality"]

/** What people are held against where nobody knows what is usual. */
const USUAL = 0.8

/** "93%, most likely between 88% and 97%"; where there is too little to judge by, that and nothing else. */
export function estimateWords({ mean, low, high, enough }: Estimate): string {
  if (!enough) return "too little to judge by yet"
  return `${percent(mean)}, most likely between ${percent(low)} and ${percent(high)}`
}

/**
 * Of what enough is known, what is less than usual beyond chance, and what is not; the rest apart. Within each, in the
 * given order.
 */
export function sortedOut(
  shares: readonly Share[],
  usual: number | null,
): { readonly well: readonly Share[]; readonly look: readonly Share[]; readonly open: readonly Share[] } {
  const known = shares.filter(({ estimate }) => estimate.enough)
  const isLess = ({ estimate }: Share) => estimate.high < (usual ?? USUAL)
  return {
    well: known.filter((share) => !isLess(share)),
    look: known.filter(isLess),
    open: shares.filter(({ estimate }) => !estimate.enough),
  }
}

/** The change of the last weeks; empty where it is within chance. */
export function driftWords(drift: number | null): string {
  if (drift === null || drift === 0) return ""
  const points = Math.round(Math.abs(drift) * 100)
  return drift > 0 ? `${points} points better than before` : `${points} points less than before`
}

/** "31 s an item; 38 s is usual". */
export function paceWords(median_ms: number | null, usual_ms: number | null): string {
  if (median_ms === null) return ""
  const usual = usual_ms === null ? "" : `; ${duration(usual_ms / 1_000)} is usual`
  return `${duration(median_ms / 1_000)} an item${usual}`
}

/** How a source of checks is called. */
export const sourceNames: Readonly<Record<string, string>> = {
  gold: "Held against gold",
  review: "Looked over in reviews",
  consensus: "Held against what others say",
}
