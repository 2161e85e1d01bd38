/** The mark kinds of images. A new kind is one file and one line here. */

import type { Mark } from "#editor/annotation.ts"
import { duplicateFaults } from "#editor/duplicates.ts"
import { kindTable, type MarkKind } from "#editor/kind.ts"
import type { Size } from "#geometry/box.ts"
import { layerFaults } from "../layerFaults.ts"
import { boxKind } from "./box.ts"
import { cuboidKind } from "./cuboid.ts"
import { ellipseKind } from "./ellipse.ts"
import type { ImageKind, PlacedImageKind } from "./kind.ts"
import { limitProblems } from "./limits.ts"
import { maskKind } from "./mask.ts"
import { pointsKind } from "./points.ts"
import { polygonKind } from "./polygon.ts"
import { polylineKind } from "./polyline.ts"
import { rotatedBoxKind } from "./rotatedBox.ts"
import { skeletonKind } from "./skeleton.ts"
import { tagKind } from "./tag.ts"

const KINDS: readonly ImageKind[] = [
  boxKind,
  polygonKind,
  polylineKind,
  pointsKind,
  skeletonKind,
  rotatedBoxKind,
  ellipseKind,
  cuboidKind,
  { ...maskKind, together: layerFaults },
  tagKind,
]

/** Kinds that cover something. Of the others, lines for one, two may well lie in the same box. */
const COVERING: ReadonlySet<string> = new Set(["box", "rotated_box", "ellipse", "polygon", "cuboid", "mask"])

export const IMAGE_KINDS: readonly ImageKind[] = KINDS.map((kind) => ({
  ...kind,
  together: (marks, vocabulary, assets) => [
    ...(kind.together?.(marks, vocabulary, assets) ?? []),
    ...duplicateFaults(
      marks.map((mark) => (mark.kind === kind.id && isSound(kind, mark, assets) ? mark : null)),
      ({ geometry }) => (kind.isPlaced && COVERING.has(kind.id) ? kind.bounds(geometry) : null),
    ),
  ],
  limited: (geometry, limits) => limitProblems(kind.id, geometry, limits),
}))

export const imageKinds = kindTable(IMAGE_KINDS as readonly MarkKind[])

function isSound(kind: ImageKind, { asset, geometry }: Mark, assets: readonly Size[]): boolean {
  const image = assets[asset]
  return image !== undefined && kind.problems(geometry, image).length === 0
}

const placed = new Map(IMAGE_KINDS.flatMap((kind) => (kind.isPlaced ? [[kind.id, kind] as const] : [])))

/** The kind that can be drawn under this id, or undefined. */
export function placedKind(id: string): PlacedImageKind | undefined {
  return placed.get(id)
}

export const placedKinds: readonly PlacedImageKind[] = [...placed.values()]
