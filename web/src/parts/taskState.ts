/** Where a task stands, in the words and colours of every page that shows one. */

export interface TaskStanding {
  readonly state: "waiting" | "open" | "done" | "paused" | "cancelled" | "failed"
  /** 0 while people label, 1 and up while it is reviewed. */
  readonly stage: number
  readonly note?: string | null
}

export interface Standing {
  readonly status: "waiting" | "active" | "done" | "warn" | "bad" | "off"
  readonly label: string
  readonly tip: string
}

/** What a StatusPill takes for a task. */
export function standingOf({ state, stage, note }: TaskStanding): Standing {
  switch (state) {
    case "waiting":
      return { status: "waiting", label: "Waiting", tip: "Its media are not ready yet." }
    case "open":
      return stage > 0
        ? { status: "active", label: "In review", tip: "Labeled; someone else decides whether it is right." }
        : { status: "active", label: "To label", tip: "Offered to workers until enough have labeled it." }
    case "done":
      return { status: "done", label: "Done", tip: "It has a result." }
    case "paused":
      return { status: "warn", label: "Stands still", tip: note || "It waits for a lead or for its batch." }
    case "cancelled":
      return { status: "off", label: "Cancelled", tip: note || "Taken out of the work." }
    case "failed":
      return { status: "bad", label: "Failed", tip: note || "Its media cannot be used." }
  }
}

/** The states as choices of a filter. */
export const taskStates = [
  { value: "open", label: "Open" },
  { value: "done", label: "Done" },
  { value: "paused", label: "Stands still" },
  { value: "waiting", label: "Waiting for media" },
  { value: "cancelled", label: "Cancelled" },
  { value: "failed", label: "Failed" },
] as const
