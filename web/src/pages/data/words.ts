/** Imports in words. */

import type { components } from "#api/schema.d.ts"
import { count, plural } from "#parts/format.ts"

type Import = components["schemas"]["Import"]

const kinds: Readonly<Record<string, string>> = {
  items: "Uploaded files",
  assets: "Uploaded files",
  urls: "Addresses",
  manifest: "Manifest",
  bucket: "Bucket",
  archive: "Labels",
}

/** Where the rows of an import come from. */
export function sourceOf({ source }: Pick<Import, "source">): string {
  const kind = typeof source.kind === "string" ? source.kind : ""
  const detail = [source.format, source.url].find((one) => typeof one === "string" && one)
  return [kinds[kind] ?? "Rows", detail].filter(Boolean).join(", ")
}

export const importStates = {
  waiting: { status: "waiting", label: "Waiting" },
  running: { status: "active", label: "Running" },
  done: { status: "done", label: "Done" },
  failed: { status: "bad", label: "Failed" },
  cancelled: { status: "off", label: "Cancelled" },
} as const

export const isOpen = ({ state }: { state: Import["state"] }): boolean => state === "waiting" || state === "running"

/** What became of files that were dropped, once their imports have ended: how many are new, known, refused. */
export function outcomeOf(imports: readonly Pick<Import, "rows_new" | "rows_there" | "rows_bad">[]): string {
  const sum = (of: "rows_new" | "rows_there" | "rows_bad") => imports.reduce((all, one) => all + one[of], 0)
  const [fresh, there, bad] = [sum("rows_new"), sum("rows_there"), sum("rows_bad")]
  if (fresh === 0 && bad === 0) return `${plural(there, "file was", "files were")} there already; nothing new.`
  return `${[
    fresh > 0 ? plural(fresh, "new item") : "Nothing new",
    there > 0 ? `${count(there)} there already` : "",
    bad > 0 ? `${count(bad)} refused` : "",
  ]
    .filter(Boolean)
    .join(", ")}.`
}
