import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Plugin } from "vite"

/** Licences that let us ship a package inside our own bundle; each asks for its notice, which third-party.txt gives. */
const shippable = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"])

interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly notice: string
}

/** The package that a bundled module belongs to, or null for our own. Reads the nearest package.json that has a name. */
function packageOf(moduleId: string): Package | null {
  const path = moduleId.replace(/^\0/, "").replace(/\?.*$/, "")
  if (!path.includes("/node_modules/")) return null
  for (let folder = dirname(path); !folder.endsWith("/node_modules"); folder = dirname(folder)) {
    const manifest = join(folder, "package.json")
    if (!existsSync(manifest)) continue
    const { name, version, license } = JSON.parse(readFileSync(manifest, "utf8"))
    if (!name || !version) continue
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry))
    const notice = file ? readFileSync(join(folder, file), "utf8").trim() : ""
    const isMit = /permission is hereby granted, free of charge/i.test(notice)
    return { name, version, licence: license ?? (isMit ? "MIT" : "unknown"), notice }
  }
  return null
}

/** Writes third-party.txt beside the bundle: every package in it with its licence. A licence we may not ship ends the build. */
export function licences(): Plugin {
  return {
    name: "fairmark-licences",
    apply: "build",
    generateBundle(_, bundle) {
      const packages = new Map<string, Package>()
      for (const output of Object.values(bundle)) {
        if (output.type !== "chunk") continue
        for (const id of output.moduleIds) {
          const found = packageOf(id)
          if (found) packages.set(`${found.name}@${found.version}`, found)
        }
      }
      for (const { name, licence } of packages.values()) {
        if (!shippable.has(licence)) this.error(`${name} has the licence ${licence}, which may not go into the bundle.`)
      }
      const sorted = [...packages.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
      const source = sorted.map(
        ({ name, version, licence, notice }) => `${name} ${version} (${licence})\n\n${notice}\n`,
      )
      this.emitFile({ type: "asset", fileName: "third-party.txt", source: source.join(`\n${"-".repeat(80)}\n\n`) })
    },
  }
}
