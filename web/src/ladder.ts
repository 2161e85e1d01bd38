/**
 * The import ladder of web/src, as data and one pure check. A file imports from its own folder and from lower rungs.
 *
 *     geometry ← editor ← modalities/<name> ← parts ← pages ← app
 *     api, routing: beside the ladder, importing nothing but themselves; open to parts, pages and app
 *
 * Modalities ignore each other, and so do pages: what two pages share belongs in parts. The components of a modality
 * (.svelte) are made of parts; its plain TypeScript never sees them, and parts never import a modality.
 */

const ladder = ["geometry", "editor", "modalities", "parts", "pages", "app"] as const
const beside = ["api", "routing"]
const besideOpenTo = ["parts", "pages", "app"]
const apart = ["modalities", "pages"]

/** Why `from` may not import `to`, or null if it may. Both are paths below src, with forward slashes: parts/Button.svelte. */
export function breach(from: string, to: string): string | null {
  const [fromTop = "", fromUnit] = from.split("/")
  const [toTop = "", toUnit] = to.split("/")
  if (fromTop === toTop) {
    const isUnit = from.split("/").length > 2 && to.split("/").length > 2
    if (apart.includes(fromTop) && isUnit && fromUnit !== toUnit) return `the folders of ${fromTop} ignore each other`
    return null
  }
  if (beside.includes(fromTop)) return `${fromTop} imports nothing but itself`
  if (beside.includes(toTop)) return besideOpenTo.includes(fromTop) ? null : `${toTop} is closed to ${fromTop}`
  if (fromTop === "modalities" && toTop === "parts" && from.endsWith(".svelte")) return null
  if (fromTop === "parts" && toTop === "modalities") return "parts are what modalities are made of"
  const fromRung = ladder.indexOf(fromTop as (typeof ladder)[number])
  const toRung = ladder.indexOf(toTop as (typeof ladder)[number])
  if (fromRung < 0) return `${fromTop} has no place on the ladder`
  if (toRung < 0) return `${toTop} has no place on the ladder`
  return toRung < fromRung ? null : `${toTop} stands above ${fromTop}`
}

const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm
const importOf = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g

/** The paths below src that a source text imports; packages are left out. `file` is its own path below src. */
export function importsOf(file: string, text: string): string[] {
  const found: string[] = []
  for (const match of text.replaceAll(comments, "").matchAll(importOf)) {
    const to = match[1] ?? ""
    if (to.startsWith("#")) found.push(to.slice(1))
    else if (to.startsWith(".")) found.push(new URL(to, `file:///${file}`).pathname.slice(1))
  }
  return found
}
