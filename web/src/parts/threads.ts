/** Threads as the server writes them, as the editor reads them. */

import type { components } from "#api/schema.d.ts"
import type { Thread } from "#editor/threads.ts"

type WireThread = components["schemas"]["Thread"]

export function threadOf({ id, asset, mark_id, at, comments, resolved_by }: WireThread): Thread {
  return {
    id,
    asset,
    markId: mark_id,
    at: at && { x: at.x, y: at.y },
    comments: comments.map((each) => ({
      id: each.id,
      by: each.by,
      worker: each.worker,
      text: each.text,
      at: each.created_at,
    })),
    settledBy: resolved_by,
  }
}
