/** The way to what is wrong: the mark, and in it or among the questions the field. */

import type { Fault } from "#editor/validation.ts"
import type { Host } from "./host.ts"

export function goTo(host: Host, fault: Fault): void {
  const mark = fault.mark_id ? host.session.mark(fault.mark_id) : undefined
  const field = /\/(?:attributes|answers)\/([^/]+)$/.exec(fault.path)?.[1] ?? null
  if (!mark) {
    host.focus("fields", field)
    return
  }
  host.show(mark)
  if (field !== null) host.focus("fields", field)
}
