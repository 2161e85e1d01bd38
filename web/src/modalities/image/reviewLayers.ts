/** The submissions of a review as the canvas draws them, one layer each. */

import type { Vocabulary } from "#editor/ontology.ts"
import { LAYER_PENS } from "../pens.ts"
import type { Review, Submission } from "../review.ts"
import { LayerLook } from "./layers/look.ts"
import type { Stratum } from "./layers/marksLayer.ts"
import { Scene } from "./scene.ts"

export class ReviewLayers {
  readonly #scenes: readonly Scene[]
  readonly #looks: readonly LayerLook[]

  constructor(
    readonly review: Review,
    vocabulary: Vocabulary,
  ) {
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

  showAsset(asset: number): void {
    this.#scenes.forEach((scene, i) => {
      scene.clear()
      this.review.submissions[i]?.annotation.marks.forEach((mark, order) => {
        if (mark.asset === asset) scene.put(mark, order, false)
      })
    })
  }
}
