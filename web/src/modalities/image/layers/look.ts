/** How marks look: the colour of their class, and what sets apart those of a model or of another person. */

import type { Mark } from "#editor/annotation.ts"
import type { Joints, Vocabulary } from "#editor/ontology.ts"
import type { Pen } from "../../pens.ts"

const UNKNOWN = "#8a8f98"
const SOLID: readonly number[] = []
const DASHED: readonly number[] = [6, 4]

export interface Look {
  penOf(mark: Mark): Pen
  /** The skeleton that a mark of its class is drawn by. */
  jointsOf?(mark: Mark): Joints | undefined
}

/** Marks in the colour of their class; those a model made and nobody has touched are dashed. */
export class ClassLook implements Look {
  readonly #solid = new Map<string, Pen>()
  readonly #dashed = new Map<string, Pen>()
  readonly #vocabulary: Vocabulary

  constructor(vocabulary: Vocabulary, width = 2) {
    this.#vocabulary = vocabulary
    for (const { id, color } of vocabulary.classes) {
      this.#solid.set(id, { color, dash: SOLID, width })
      this.#dashed.set(id, { color, dash: DASHED, width })
    }
  }

  penOf(mark: Mark): Pen {
    const pens = mark.source === "prediction" ? this.#dashed : this.#solid
    return pens.get(mark.class) ?? UNKNOWN_PEN
  }

  jointsOf(mark: Mark): Joints | undefined {
    return this.#vocabulary.jointsOf(mark.class)
  }
}

const UNKNOWN_PEN: Pen = { color: UNKNOWN, dash: SOLID, width: 2 }

/** All marks of one submission in one hue and dash, so that layers can be told apart without their colours. */
export class LayerLook implements Look {
  constructor(
    readonly pen: Pen,
    readonly vocabulary: Vocabulary,
  ) {}

  jointsOf(mark: Mark): Joints | undefined {
    return this.vocabulary.jointsOf(mark.class)
  }

  penOf(): Pen {
    return this.pen
  }
}

/** Relative luminance of #rrggbb in [0, 1] (WCAG 2). */
export function luminance(hex: string): number {
  const channel = (from: number) => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/** Black or white, whichever reads better on `hex`. */
export function inkOn(hex: string): "#000000" | "#ffffff" {
  return luminance(hex) > 0.179 ? "#000000" : "#ffffff"
}
