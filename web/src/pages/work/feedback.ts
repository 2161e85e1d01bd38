/** Feedback in words, and what it takes to draw it. */

import { api } from "#api/api.ts"
import type { components } from "#api/schema.d.ts"
import type { Ground } from "#parts/ground.ts"
import { ontologyOf } from "#parts/wire.ts"

export type Feedback = components["schemas"]["Feedback"]

/** Whether the answer was as it should be: there is nothing to learn from it but that. */
export const isRight = ({ score }: Pick<Feedback, "score">): boolean => score >= 0.995

/** How it went, as one would say it to a colleague. */
export function verdictWords({ score }: Pick<Feedback, "score">): string {
  if (isRight({ score })) return "As it should be"
  if (score >= 0.75) return "Nearly all of it"
  return score >= 0.4 ? "Some of it" : "Worth a second look"
}

/** A turn of one's own in each project: what one works by is read through a turn. */
export function turnsOf(rows: readonly Pick<Feedback, "assignment_id" | "project_id">[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { assignment_id, project_id } of rows) if (!found.has(project_id)) found.set(project_id, assignment_id)
  return found
}

/** What one works by in the projects of some turns: classes, questions, the kind of data. Throws ApiError. */
export async function groundsOf(org: string, turns: ReadonlyMap<string, string>): Promise<Map<string, Ground>> {
  const headers = { "X-Fairmark-Org": org }
  const grounds = [...turns].map(async ([project, id]): Promise<[string, Ground]> => {
    const rules = await api.get("/api/v1/assignments/{id}/rules", { path: { id }, headers })
    const ontology = ontologyOf({ document: rules.ontology })
    return [project, { name: rules.project_name, modality: rules.modality, ontology }]
  })
  return new Map(await Promise.all(grounds))
}
