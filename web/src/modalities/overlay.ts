/** Several annotations in one picture, or one whose marks tell how sure they are: pure, so that tests can look. */

import type { WireAnnotation } from "#editor/annotation.ts"
import { LAYER_PENS, type Pen } from "./pens.ts"

/** A document to draw and the pen of each of its marks, by mark id. */
export interface Overlay {
  readonly document: WireAnnotation
  readonly pens: ReadonlyMap<string, Pen>
}

/** The pen of the submission at place `at` among those laid over one another. */
export function penAt(at: number): Pen {
  return LAYER_PENS[at % LAYER_PENS.length] as Pen
}

/** The marks of several annotations in one, each annotation with a pen of its own. Marks are called "place/id". */
export function laidOver(documents: readonly WireAnnotation[]): Overlay {
  const pens = new Map<string, Pen>()
  const marks = documents.flatMap((document, at) =>
    (document.marks ?? []).map((mark) => {
      const id = `${at}/${mark.id}`
      pens.set(id, penAt(at))
      return { ...mark, id }
    }),
  )
  return { document: { marks }, pens }
}

export type Sureness = "sure" | "unsure" | "doubtful"

/** sure: reaches the target. doubtful: hardly better than a guess. */
export function surenessOf(confidence: number, target: number): Sureness {
  if (confidence >= target) return "sure"
  return confidence < 0.6 ? "doubtful" : "unsure"
}

/** Apart for every sight in hue, and in dash: blue and whole, yellow and dashed, orange and dotted. */
export const SURE_PENS: Readonly<Record<Sureness, Pen>> = {
  sure: { color: "#27acff", dash: [], width: 2 },
  unsure: { color: "#ffd23f", dash: [8, 4], width: 2 },
  doubtful: { color: "#ff6b57", dash: [2, 3], width: 2.5 },
}

/** The pens of marks by how sure they are; marks without a confidence have none. */
export function surePens(confidences: ReadonlyMap<string, number>, target: number): Map<string, Pen> {
  return new Map([...confidences].map(([id, confidence]) => [id, SURE_PENS[surenessOf(confidence, target)]]))
}

const POINTED: Pen = { color: "#ffd23f", dash: [], width: 3 }
const BESIDE: Pen = { color: "#c3c9d4", dash: [4, 3], width: 1 }

/** One mark set off from the others; all alike if `id` is null. */
export function pointedPens(document: WireAnnotation, id: string | null): Map<string, Pen> {
  return new Map((document.marks ?? []).map((mark) => [mark.id, mark.id === id ? POINTED : BESIDE]))
}

/** All marks set off from the picture, where the colour of a class may be that of what it marks. */
export function setOffPens(document: WireAnnotation): Map<string, Pen> {
  return new Map((document.marks ?? []).map((mark) => [mark.id, POINTED]))
}
