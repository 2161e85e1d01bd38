/** What one must know of a project to show what was said about its items. */

import { api } from "#api/api.ts"
import type { Ontology } from "#editor/ontology.ts"
import { ontologyOf } from "./wire.ts"

export interface Ground {
  readonly name: string
  readonly modality: string
  /** The version in force. */
  readonly ontology: Ontology
}

/** Where nothing is known yet. */
export const noGround: Ground = { name: "", modality: "image", ontology: {} }

/** Throws ApiError. */
export async function groundOf(projectId: string): Promise<Ground> {
  const path = { project_id: projectId }
  const [project, version] = await Promise.all([
    api.get("/api/v1/projects/{project_id}", { path }),
    api.get("/api/v1/projects/{project_id}/ontology", { path }),
  ])
  return { name: project.name, modality: project.modality, ontology: ontologyOf(version) }
}
