/** What it takes to go on with a task whose decision is undone. */

import type { paths } from "#api/schema.d.ts"
import type { Api } from "#api/typed.ts"
import type { Desk } from "./desk.svelte.ts"
import type { HandedIn } from "./outbox.svelte.ts"
import { wireBeat, wireDocument } from "./port.ts"
import { inOrg, type Turn } from "./server.ts"

export interface BringBackParts {
  readonly api: Pick<Api<paths>, "post" | "put">
  readonly desk: Pick<Desk, "again">
  /** This browser, as its drafts name it. */
  readonly device: string
}

/**
 * The turn of a decision that nobody has heard of, with what the reviewer changed as its draft. The time spent on it counts
 * all the same, and its lease begins anew. Throws ApiError: then it is not ours any more, or cannot be reached.
 */
export async function bringBack({ api, desk, device }: BringBackParts, entry: HandedIn): Promise<Turn> {
  const { assignmentId: id, orgId, beats, verdict, annotation } = entry
  const to = { path: { id }, headers: inOrg(orgId), repeatable: true }
  await api.post("/api/v1/assignments/{id}/beat", { ...to, body: wireBeat(beats, Date.now()) })
  if (verdict?.isChanged) {
    // It names no base: what this browser saved before is part of it.
    const body = { seq: Date.now(), annotation: wireDocument(annotation), device, keep_replaced: true }
    await api.put("/api/v1/assignments/{id}/draft", { ...to, body })
  }
  return desk.again(orgId, id)
}
