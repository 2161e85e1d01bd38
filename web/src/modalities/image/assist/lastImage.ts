/** The image that was handed in last in this tab, with its marks: the next similar one may begin with them. */

import type { Mark } from "#editor/annotation.ts"
import type { Workspace } from "../workspace.ts"
import type { ImageSource } from "./assistance.ts"

export interface MarkedImage {
  readonly source: ImageSource
  readonly marks: readonly Mark[]
}

export const lastImage: { handedIn: MarkedImage | null } = { handedIn: null }

/** Remembers the last of the item's images when the item is handed in; returns how to stop. */
export function watchHandIn({ work, session, assistance }: Workspace): () => void {
  if (!work) return () => {}
  return work.topics.on("phase", () => {
    if (work.phase !== "ended" || session.mode !== "label") return
    const asset = assistance.sources.length - 1
    const source = assistance.sources[asset]
    const marks = [...session.marks()].filter((mark) => mark.asset === asset)
    if (source && marks.length > 0) lastImage.handedIn = { source, marks }
  })
}
