/**
 * Whether masks lie with one another as the ontology wants: semantic and panoptic layers. The rules and codes are those of
 * `fairmark.modalities.image.layers`.
 */

import type { Mark } from "#editor/annotation.ts"
import type { Vocabulary } from "#editor/ontology.ts"
import { FAULTS_MAX, type Fault } from "#editor/validation.ts"
import type { Size } from "#geometry/box.ts"
import { areaOf, common, NO_SPANS, united } from "#geometry/spans.ts"
import { maskKind, maskSpans } from "./kinds/mask.ts"

interface LayerMask {
  readonly index: number
  readonly mark: Mark
}

export function layerFaults(marks: readonly Mark[], vocabulary: Vocabulary, assets: readonly Size[]): Fault[] {
  const { layers } = vocabulary
  const masks = marks.flatMap((mark, index): LayerMask[] => {
    const asset = assets[mark.asset]
    return mark.kind === "mask" && asset && maskKind.problems(mark.geometry, asset).length === 0
      ? [{ index, mark }]
      : []
  })
  const found = secondMasks(masks, vocabulary)
  if (layers.overlap === "allowed" && !layers.whole) return found
  assets.forEach((size, asset) => {
    const own = masks.filter(({ mark }) => mark.asset === asset)
    if (layers.overlap === "forbidden") found.push(...overlapFaults(own))
    const missing =
      size.width * size.height - areaOf(own.reduce((all, { mark }) => united(all, spansOf(mark)), NO_SPANS))
    if (layers.whole && missing > 0) {
      const where = assets.length > 1 ? ` of image ${asset + 1}` : ""
      const message = `${missing.toLocaleString("en")} pixels${where} belong to no mask.`
      found.push({ code: "not_whole", path: "/marks", message, mend: "Paint or fill them." })
    }
  })
  return found.slice(0, FAULTS_MAX)
}

function spansOf(mark: Mark) {
  return maskSpans(mark.geometry)
}

function secondMasks(masks: readonly LayerMask[], vocabulary: Vocabulary): Fault[] {
  const first = new Set<string>()
  return masks.flatMap(({ index, mark }): Fault[] => {
    const itemClass = vocabulary.classOf(mark.class)
    if (itemClass?.instances !== false) return []
    const place = `${mark.asset} ${mark.class}`
    if (!first.has(place)) {
      first.add(place)
      return []
    }
    const message = `${itemClass.name} is one mask at most on each image, and there is one.`
    return [{ code: "second_mask", path: `/marks/${index}`, message, mend: "Join the two.", mark_id: mark.id }]
  })
}

function overlapFaults(masks: readonly LayerMask[]): Fault[] {
  const found: Fault[] = []
  masks.forEach(({ index, mark }, i) => {
    for (const other of masks.slice(0, i)) {
      if (found.length >= FAULTS_MAX || !mayMeet(mark, other.mark)) continue
      const shared = areaOf(common(spansOf(mark), spansOf(other.mark)))
      if (shared === 0) continue
      const message = `It shares ${shared.toLocaleString("en")} pixels with another mask.`
      const mend = "Leave them to one of the two."
      found.push({ code: "overlap", path: `/marks/${index}`, message, mend, mark_id: mark.id })
    }
  })
  return found
}

function mayMeet(one: Mark, other: Mark): boolean {
  const [a, b] = [maskKind.bounds(one.geometry), maskKind.bounds(other.geometry)]
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}
