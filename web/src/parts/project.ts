/** The states of a project in words, for lists and headers. */

import type { components } from "#api/schema.d.ts"

interface StateWords {
  readonly status: "waiting" | "active" | "warn" | "off"
  readonly label: string
  readonly tip: string
}

export const stateWords: Readonly<Record<components["schemas"]["ProjectState"], StateWords>> = {
  draft: { status: "waiting", label: "Draft", tip: "Being set up. Nobody can work on it yet." },
  active: { status: "active", label: "Active", tip: "Its workforces are given tasks." },
  paused: { status: "warn", label: "Paused", tip: "No new tasks are given out. What is under way can be finished." },
  archived: { status: "off", label: "Archived", tip: "Closed for good. It can be read and exported." },
}
