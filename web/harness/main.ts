/**
 * The editor alone on a page, for browser tests and benchmarks. The address says what is on it: ?mode=label|review|view,
 * layers (no pixel of two masks), n (boxes), polygons (how many) of corners, street (marked street), two (classes of boxes and nothing else), width, height, assets, sizes, tiles (addresses of their heads), theme, shelf=memory, gallery.
 */

import { mount } from "svelte"
import type { Mode } from "#editor/keymap.ts"
import { FakePort } from "#editor/testing.ts"
import type { Stage } from "#modalities/image/stage.ts"
import type { Workspace } from "#modalities/image/workspace.ts"
import Harness from "./Harness.svelte"
import { manyBoxes, manyPolygons, paint, streetBy } from "./scene.ts"

declare global {
  interface Window {
    harness: {
      port: FakePort
      inside?: { workspace: Workspace; stage: Stage }
      ended?: string
      /** Goes to the next task: another editor on the same page. */
      another?(): void
      /** The document as it stands. */
      document(): unknown
    }
  }
}

const asked = new URLSearchParams(location.search)
const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise)
const width = number("width", 1600)
const height = number("height", 1000)
const mode = (asked.get("mode") ?? "label") as Mode

document.documentElement.dataset.theme = asked.get("theme") ?? "light"
const port = new FakePort()
window.harness = { port, document: () => structuredClone(window.harness.inside?.workspace.session.annotation()) }

/** ?pictures=a.png,b.png: files beside the page instead of paint, one for each asset. */
const pictures = asked.get("pictures")?.split(",") ?? []
/** Where tiles are described, one address for all images or one for each. */
const tiles = asked.get("tiles")?.split(",") ?? []
// Of an image in tiles the picture itself is a small one.
const painted =
  pictures.length > 0
    ? ""
    : await (tiles.length > 0 ? paint(800, Math.round((800 * height) / width)) : paint(width, height))
/** ?sizes=800x600,400x300: an image of each size. */
const sizes = (asked.get("sizes")?.split(",") ?? []).map((each) => each.split("x").map(Number) as [number, number])
const paintings = await Promise.all(sizes.map(([w, h]) => paint(w, h)))
const people = ["Heron 12", "Otter 7", "Finch 31"]
mount(Harness, {
  target: document.getElementById("app") as HTMLElement,
  props: {
    mode,
    port,
    assets: Array.from({ length: pictures.length || sizes.length || number("assets", 1) }, (_, i) => ({
      url: pictures[i] ?? paintings[i] ?? painted,
      name: `picture ${i + 1}.png`,
      // ?tiled=1,2: which of several are shown in tiles.
      tiles: (asked.get("tiled")?.split(",") ?? [String(i)]).includes(String(i))
        ? (tiles[i] ?? tiles[0] ?? null)
        : null,
      width: sizes[i]?.[0] ?? width,
      height: sizes[i]?.[1] ?? height,
    })),
    document: asked.has("polygons")
      ? manyPolygons(number("polygons", 0), number("corners", 50), width, height)
      : asked.has("n")
        ? manyBoxes(number("n", 0), width, height)
        : asked.has("street") || mode === "review"
          ? streetBy(1, width, height)
          : {},
    submissions:
      mode === "review"
        ? people.map((name, i) => ({ id: `p${i}`, name, document: streetBy(i + 1, width, height) }))
        : null,
    forgets: asked.get("shelf") === "memory",
    gallery: asked.has("gallery"),
    two: asked.has("two"),
    layers: asked.has("layers") ? { overlap: "forbidden" } : {},
  },
})
