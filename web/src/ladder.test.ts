import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { breach, importsOf } from "./ladder.ts"

describe("breach", () => {
  it.each([
    ["parts/Button.svelte", "geometry/box.ts"],
    ["pages/design/Design.svelte", "parts/Button.svelte"],
    ["pages/design/Design.svelte", "pages/design/states.ts"],
    ["pages/design/Design.svelte", "routing/router.ts"],
    ["parts/ErrorPanel.svelte", "api/problem.ts"],
    ["app/routes.ts", "pages/design/Design.svelte"],
    ["modalities/image/tool.ts", "modalities/model.ts"],
    ["modalities/image/ImageEditor.svelte", "parts/Button.svelte"],
  ])("lets %s import %s", (from, to) => expect(breach(from, to)).toBeNull())

  it.each([
    ["geometry/box.ts", "editor/store.ts"],
    ["editor/store.ts", "modalities/image/tool.ts"],
    ["parts/Button.svelte", "pages/design/Design.svelte"],
    ["pages/design/Design.svelte", "app/routes.ts"],
    ["pages/design/Design.svelte", "pages/login/Login.svelte"],
    ["modalities/image/tool.ts", "modalities/text/tool.ts"],
    ["modalities/image/tool.ts", "parts/icons.ts"],
    ["parts/Button.svelte", "modalities/image/tool.ts"],
    ["editor/store.ts", "api/client.ts"],
    ["api/client.ts", "routing/router.ts"],
    ["somewhere/a.ts", "geometry/box.ts"],
  ])("keeps %s from importing %s", (from, to) => expect(breach(from, to)).not.toBeNull())
})

describe("importsOf", () => {
  it("finds static, side-effect and late imports, and leaves packages out", () => {
    const text = [
      'import { mount } from "svelte"',
      'import Button from "#parts/Button.svelte"',
      'import "./tokens.css"',
      'export type { Box } from "../geometry/box.ts"',
      'const page = () => import("#pages/design/Design.svelte")',
      '// import("#pages/a.svelte")',
      '/** As in () => import("#pages/b.svelte"). */',
    ].join("\n")
    expect(importsOf("app/main.ts", text)).toEqual([
      "parts/Button.svelte",
      "app/tokens.css",
      "geometry/box.ts",
      "pages/design/Design.svelte",
    ])
  })
})

describe("web/src", () => {
  const root = import.meta.dirname
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => /\.(ts|svelte)$/.test(file))

  it("climbs down the ladder only", () => {
    const breaches = files.flatMap((file) =>
      importsOf(file, readFileSync(join(root, file), "utf8")).flatMap((to) => {
        const why = file.includes("/") ? breach(file, to) : null
        return why ? [`${file} imports ${to}: ${why}`] : []
      }),
    )
    expect(files.length).toBeGreaterThan(3)
    expect(breaches).toEqual([])
  })
})
