/** The mark kinds of images. A new kind is one file and one line here. */

import { kindTable, type MarkKind } from "#editor/kind.ts"
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

export const IMAGE_KINDS: readonly ImageKind[] = KINDS.map((kind) => ({
  ...kind,
  limited: (geometry, limits) => limitProblems(kind.id, geometry, limits),
}))

export const imageKinds = kindTable(IMAGE_KINDS as readonly MarkKind[])

const placed = new Map(IMAGE_KINDS.flatMap((kind) => (kind.isPlaced ? [[kind.id, kind] as const] : [])))

/** The kind that can be drawn under this id, or undefined. */
export function placedKind(id: string): PlacedImageKind | undefined {
  return placed.get(id)
}

export const placedKinds: readonly PlacedImageKind[] = [...placed.values()]
