/**
 * What the history keeps of a change: both records, or, where a kind can tell what differs between two geometries and that
 * is much less than either, the records without them and the difference. A hundred strokes on a large mask cost a hundred
 * strokes, not a hundred masks.
 */

import type { DocumentRecord, Geometry, MarkRecord } from "./annotation.ts"
import type { KindTable } from "./kind.ts"
import type { Change, Diff, RecordStore } from "./records.ts"

const NO_GEOMETRY: Geometry = {}

interface Packed {
  readonly before: MarkRecord
  readonly after: MarkRecord
  readonly difference: unknown
}

export type PackedDiff = ReadonlyMap<string, Change | Packed>

export function packed(diff: Diff, kinds: KindTable): PackedDiff {
  return new Map([...diff].map(([key, change]) => [key, packedChange(change, kinds) ?? change]))
}

/** The diff that brings the store from before to after, or (`isBack`) back. Marks that are gone meanwhile are left out. */
export function unpacked(diff: PackedDiff, store: RecordStore, kinds: KindTable, isBack: boolean): Diff {
  const found = new Map<string, Change>()
  for (const [key, change] of diff) {
    if (!("difference" in change)) {
      found.set(key, isBack ? { before: change.after, after: change.before } : change)
      continue
    }
    const now = store.get(key)
    const wanted = isBack ? change.before : change.after
    const kind = kinds.get(wanted.mark.kind)
    if (now?.type !== "mark" || !kind?.isPlaced || !kind.patched) continue
    const geometry = kind.patched(now.mark.geometry, change.difference, isBack)
    found.set(key, { before: now, after: { ...wanted, mark: { ...wanted.mark, geometry } } })
  }
  return found
}

function packedChange({ before, after }: Change, kinds: KindTable): Packed | null {
  if (before?.type !== "mark" || after?.type !== "mark" || before.mark.kind !== after.mark.kind) return null
  const kind = kinds.get(after.mark.kind)
  if (!kind?.isPlaced || !kind.difference || before.mark.geometry === after.mark.geometry) return null
  const difference = kind.difference(before.mark.geometry, after.mark.geometry)
  return difference === null ? null : { before: bare(before), after: bare(after), difference }
}

function bare(record: DocumentRecord & { type: "mark" }): MarkRecord {
  return { ...record, mark: { ...record.mark, geometry: NO_GEOMETRY } }
}
