/** What the label page asks of the server, each time in the organisation that the assignment belongs to. */

import { api } from "#api/api.ts"
import type { components } from "#api/schema.d.ts"
import type { Ontology } from "#editor/ontology.ts"

export type Assignment = components["schemas"]["Assignment"]
export type Kind = components["schemas"]["Kind"]
export type Asked = components["schemas"]["Question"]

/** What an assignment is done by. */
export interface Rules {
  readonly projectName: string
  /** Which editor it is done in. */
  readonly modality: string
  readonly ontology: Ontology
  /** Made from Markdown and cleaned by the server. */
  readonly guidelineHtml: string
}

/** Everything that one turn's page shows. */
export interface Turn {
  /** Another one each time that a turn is opened, the same one's second time included. */
  readonly visit: number
  readonly assignment: Assignment
  readonly rules: Rules
}

/** What to claim; null leaves it open. */
export interface Wish {
  readonly org: string | null
  readonly project: string | null
  readonly kind: Kind | null
}

export interface Claimed {
  readonly assignment: Assignment | null
  /** Why there is none: queue_is_empty, missing_skills ... */
  readonly why: string | null
}

export interface LabelServer {
  claim(org: string, wish: Wish): Promise<Claimed>
  get(org: string, id: string): Promise<Assignment>
  rules(org: string, id: string): Promise<Rules>
  /** The person's own turns that are still promised to them, newest first. */
  open(org: string): Promise<readonly Assignment[]>
  giveBack(org: string, id: string, options?: { readonly keepalive?: boolean }): Promise<void>
  /** A sign of life without work: keeps the promise of a turn that nobody looks at yet. */
  keep(org: string, id: string): Promise<void>
  resume(org: string, id: string): Promise<void>
  questions(org: string, id: string): Promise<readonly Asked[]>
}

/** The header that names the organisation of a request. */
export const inOrg = (org: string) => ({ "X-Fairmark-Org": org })

export const server: LabelServer = {
  async claim(org, { project, kind }) {
    const body = { ...(project ? { project_id: project } : {}), ...(kind ? { kinds: [kind] } : {}) }
    const { assignment, why } = await api.post("/api/v1/assignments/claim", { body, headers: inOrg(org) })
    return { assignment, why: why ?? null }
  },
  get: (org, id) => api.get("/api/v1/assignments/{id}", { path: { id }, headers: inOrg(org) }),
  async rules(org, id) {
    const rules = await api.get("/api/v1/assignments/{id}/rules", { path: { id }, headers: inOrg(org) })
    return {
      projectName: rules.project_name,
      modality: rules.modality,
      ontology: rules.ontology as unknown as Ontology,
      guidelineHtml: rules.guideline_html,
    }
  },
  async open(org) {
    const query = { open_only: true, limit: 20 }
    return (await api.get("/api/v1/work/mine", { query, headers: inOrg(org) })).rows
  },
  async giveBack(org, id, { keepalive = false } = {}) {
    await api.post("/api/v1/assignments/{id}/return", { path: { id }, headers: inOrg(org), keepalive })
  },
  async keep(org, id) {
    await api.post("/api/v1/assignments/{id}/beat", { path: { id }, body: {}, headers: inOrg(org), repeatable: true })
  },
  async resume(org, id) {
    await api.post("/api/v1/assignments/{id}/resume", { path: { id }, headers: inOrg(org), repeatable: true })
  },
  questions: (org, id) => api.get("/api/v1/assignments/{id}/questions", { path: { id }, headers: inOrg(org) }),
}
