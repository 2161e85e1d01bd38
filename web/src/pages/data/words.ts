/** Imports in words. */

import type { components } from "#api/schema.d.ts"

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
