/** Feedback in words, and what it takes to draw it. */

import { api } from "#api/api.ts"
import { pagesOf } from "#api/pages.ts"
import type { components } from "#api/schema.d.ts"
import type { Ground } from "#parts/ground.ts"
import { ontologyOf } from "#parts/wire.ts"

export type Feedback = components["schemas"]["Feedback"]
type Assignment = components["schemas"]["Assignment"]

/** Pages of one's own turns that are looked through for one of a project: the rules are read through a turn. */
const PAGES_MAX = 5
const PAGE = 200

/** Whether the answer was as it should be: there is nothing to learn from it but that. */
export const isRight = ({ score }: Pick<Feedback, "score">): boolean => score >= 0.995

/** How it went, as one would say it to a colleague. */
export function verdictWords({ score }: Pick<Feedback, "score">): string {
  if (isRight({ score })) return "As it should be"
  if (score >= 0.75) return "Nearly all of it"
  return score >= 0.4 ? "Some of it" : "Worth a second look"
}

/** One own turn in each of the projects wanted, as far as there is one among `turns`. */
export function turnsOf(turns: readonly Pick<Assignment, "id" | "project_id">[], wanted: ReadonlySet<string>) {
  const found = new Map<string, string>()
  for (const { id, project_id } of turns)
    if (wanted.has(project_id) && !found.has(project_id)) found.set(project_id, id)
  return found
}

/** What one works by in each project: its classes, its questions, its kind of data. Throws ApiError. */
export async function groundsOf(org: string, projects: ReadonlySet<string>): Promise<Map<string, Ground>> {
  const headers = { "X-Fairmark-Org": org }
  const wanted = new Set(projects)
  const grounds = new Map<string, Ground>()
  let pages = 0
  for await (const { rows } of pagesOf(api.pages("/api/v1/work/mine", { headers, query: { limit: PAGE } }))) {
    for (const [project, id] of turnsOf(rows, wanted)) {
      const rules = await api.get("/api/v1/assignments/{id}/rules", { path: { id }, headers })
      const ontology = ontologyOf({ document: rules.ontology })
      grounds.set(project, { name: rules.project_name, modality: rules.modality, ontology })
      wanted.delete(project)
    }
    pages += 1
    if (wanted.size === 0 || pages >= PAGES_MAX) break
  }
  return grounds
}
