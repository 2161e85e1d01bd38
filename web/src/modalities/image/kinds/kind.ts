/** A mark kind of images: what the editor must know of it, and how it is drawn. One file for each kind. */

import type { Geometry } from "#editor/annotation.ts"
import type { PlacedKind, UnplacedKind } from "#editor/kind.ts"
import type { Joints } from "#editor/ontology.ts"
import type { Tool } from "#editor/tool.ts"
import type { Path } from "#geometry/path.ts"

/** Where image space lies on a canvas, in device pixels. One object is reused for all marks of a frame. */
export interface Projection {
  /** Device pixels per image pixel. */
  scale: number
  x: number
  y: number
  /** Device pixels per CSS pixel. */
  density: number
}

export interface PlacedImageKind extends PlacedKind {
  /** Strokes the outline with the context's pen. Allocates nothing: it runs for every mark of a frame. */
  outline(context: CanvasRenderingContext2D, geometry: Geometry, projection: Projection, joints?: Joints): void
  /** Whether the skeleton of its class says how it is drawn. */
  readonly isJointed?: boolean
  /** Fills the inside. */
  fill(context: CanvasRenderingContext2D, geometry: Geometry, projection: Projection): void
  readonly tool: Tool
  /** Further tools for the same kind. */
  readonly moreTools?: readonly Tool[]
  /** How much it is filled where other kinds are filled so much, 0 to 1; absent: as much. */
  fillOf?(fill: number): number
  /** The rings around what it covers: what lies in an odd number of them. Absent: it covers nothing. */
  covered?(geometry: Geometry): readonly Path[]
  /** What drawing it costs, a box being 1. */
  weight(geometry: Geometry): number
}

export type ImageKind = PlacedImageKind | UnplacedKind
