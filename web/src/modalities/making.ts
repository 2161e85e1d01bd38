/** What a mark began as, in words for people. */

import type { Mark } from "#editor/annotation.ts"

const BY: Readonly<Record<string, string>> = {
  scissors: "the scissors",
  region: "region by click",
  cutout: "cutting out of a box",
  edges: "drawing to the edges",
  fit: "drawing tight",
  follow: "taking over from the image before",
}

/** "Made by the scissors, corrected by hand."; null of a mark that people made by hand. */
export function makingOf({ made, source }: Pick<Mark, "made" | "source">): string | null {
  if (!made) return source === "prediction" ? "Made by a model that is not named." : null
  const version = made.version === undefined ? "" : ` (${made.version})`
  const by = made.by === "model" ? `the model ${made.model ?? "that is not named"}${version}` : (BY[made.by] ?? made.by)
  return `Made by ${by}${made.corrected ? ", corrected by hand" : ""}.`
}

/** The makings of several marks, each once with how many began so; "" where people made all of them by hand. */
export function makingsOf(marks: readonly Pick<Mark, "made" | "source">[]): string {
  const counts = new Map<string, number>()
  for (const mark of marks) {
    const words = makingOf(mark)
    if (words !== null) counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => (marks.length > 1 ? `${count}: ${words}` : words)).join(" ")
}
