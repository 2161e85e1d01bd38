/** The submissions of a review as the canvas draws them, one layer each. */

import type { Vocabulary } from "#editor/ontology.ts"
import { LAYER_PENS, type Pen } from "../pens.ts"
import type { Review, Submission } from "../review.ts"
import { MERGED } from "../swipe.ts"
import { LayerLook } from "./layers/look.ts"
import type { Stratum } from "./layers/stratum.ts"
import { Scene } from "./scene.ts"

/** White, for what they say together. */
const MERGED_PEN: Pen = { color: "#ffffff", dash: [], width: 2 }

export class ReviewLayers {
  readonly #scenes: readonly Scene[]
  readonly #vocabulary: Vocabulary
  readonly #merged = new Scene()
  readonly #looks: readonly LayerLook[]

  constructor(
    readonly review: Review,
    vocabulary: Vocabulary,
  ) {
    this.#vocabulary = vocabulary
    this.#looks = LAYER_PENS.map((pen) => new LayerLook(pen, vocabulary))
    this.#scenes = review.submissions.map(() => new Scene())
  }

  get strata(): Stratum[] {
    const { submissions, shown } = this.review
    return this.#scenes.map((scene, i) => ({
      scene,
      look: this.#looks[i % this.#looks.length] as LayerLook,
      isShown: shown.has((submissions[i] as Submission).id),
    }))
  }

  /** A version on its own; null for the reviewer's, which is none of these. */
  stratumOf(id: string): Stratum | null {
    if (id === MERGED) return { scene: this.#merged, look: new LayerLook(MERGED_PEN, this.#vocabulary), isShown: true }
    const at = this.review.submissions.findIndex((each) => each.id === id)
    const stratum = this.strata[at]
    return stratum ? { ...stratum, isShown: true } : null
  }

  showAsset(asset: number): void {
    this.#merged.clear()
    this.review.merged?.marks.forEach((mark, order) => {
      if (mark.asset === asset) this.#merged.put(mark, order, false)
    })
    this.#scenes.forEach((scene, i) => {
      scene.clear()
      this.review.submissions[i]?.annotation.marks.forEach((mark, order) => {
        if (mark.asset === asset) scene.put(mark, order, false)
      })
    })
  }
}
