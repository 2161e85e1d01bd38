/** One image of the item on screen: its place on the stage, what is seen of it, and its marks. */

import type { DocumentRecord } from "#editor/annotation.ts"
import type { Session } from "#editor/session.ts"
import type { Box } from "#geometry/box.ts"
import { Scene } from "../scene.ts"
import { Viewing } from "../viewing.ts"

const NOWHERE: Box = { x: 0, y: 0, w: 0, h: 0 }
const NO_IMAGE = { width: 1, height: 1 }

export class View extends Viewing {
  readonly scene = new Scene()
  readonly #session: Session
  #asset: number
  /** On the stage, CSS pixels. */
  place = NOWHERE

  constructor(session: Session, asset: number) {
    super(session.assets[asset] ?? NO_IMAGE)
    this.#session = session
    this.#asset = asset
    this.#fill()
  }

  get asset(): number {
    return this.#asset
  }

  /** Shows another image; where it looks has to be said anew. */
  show(asset: number): void {
    this.#asset = asset
    this.image = this.#session.assets[asset] ?? NO_IMAGE
    this.#fill()
  }

  /** A record of the document has become another. */
  follow(before: DocumentRecord | null, after: DocumentRecord | null): void {
    if (after?.type === "mark" && after.mark.asset === this.#asset) {
      this.scene.put(after.mark, after.order, this.#session.isHidden(after.mark))
    } else if (before?.type === "mark") this.scene.remove(before.mark.id)
  }

  /** Asks anew which marks are hidden. */
  hide(): void {
    this.scene.hide((mark) => this.#session.isHidden(mark))
  }

  #fill(): void {
    this.scene.clear()
    for (const record of this.#session.store.all()) {
      if (record.type !== "mark" || record.mark.asset !== this.#asset) continue
      this.scene.put(record.mark, record.order, this.#session.isHidden(record.mark))
    }
  }
}
