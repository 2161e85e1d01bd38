/** Known answers out of a file: JSON Lines or a JSON array, also as fairmark's own export writes them. */

import type { components } from "#api/schema.d.ts"

export type Row = components["schemas"]["NewGold"]

/** Rows of one request. The server's limit. */
export const ROWS_MAX = 1_000

export interface Refused {
  /** From 1: the line, or the place in the array. */
  readonly line: number
  readonly message: string
}

export interface Read {
  readonly rows: readonly { readonly line: number; readonly row: Row }[]
  readonly refused: readonly Refused[]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: unknown): string | null => (typeof value === "string" && value ? value : null)

function rowOf(value: unknown): Row | string {
  if (!isRecord(value)) return "This is no object."
  if (!isRecord(value.annotation)) return "It has no annotation."
  const [item, external] = [text(value.item_id), text(value.external_id)]
  if (!item && !external) return "It names no item: item_id or external_id is needed."
  return {
    ...(item ? { item_id: item } : { external_id: external }),
    annotation: value.annotation as Row["annotation"],
    explanation: text(value.explanation) ?? "",
  }
}

/** What a file holds; a line that cannot be read is named, and the others are taken. */
export function readRows(file: string): Read {
  const values: { line: number; value: unknown }[] = []
  const refused: Refused[] = []
  if (file.trimStart().startsWith("[")) {
    try {
      const list: unknown = JSON.parse(file)
      values.push(...(Array.isArray(list) ? list : []).map((value, at) => ({ line: at + 1, value })))
    } catch (thrown) {
      refused.push({ line: 1, message: `This is no JSON: ${thrown instanceof Error ? thrown.message : thrown}` })
    }
  } else {
    for (const [at, line] of file.split(/\r?\n/).entries()) {
      if (!line.trim()) continue
      try {
        values.push({ line: at + 1, value: JSON.parse(line) })
      } catch {
        refused.push({ line: at + 1, message: "This line is no JSON." })
      }
    }
  }
  const rows = values.flatMap(({ line, value }) => {
    const row = rowOf(value)
    if (typeof row !== "string") return [{ line, row }]
    refused.push({ line, message: row })
    return []
  })
  return { rows, refused: refused.toSorted((one, other) => one.line - other.line) }
}

/** In pieces of at most `size`. */
export function pieces<Value>(values: readonly Value[], size: number): (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size))
}
