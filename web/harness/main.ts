/**
 * The editor alone on a page, for browser tests and benchmarks. The address says what is on it: ?mode=label|review|view,
 * layers (no pixel of two masks), n (boxes), polygons (how many) of corners, street (marked street), two (classes of boxes and nothing else), width, height, assets, theme, shelf=memory, gallery.
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
const painted = pictures.length > 0 ? "" : await paint(width, height)
