/** The words of a task's history. */

export const originNames = {
  single: "one submission",
  consensus: "consensus of the submissions",
  review: "a review",
  import: "an import",
} as const
