/**
 * A mark kind: everything the editor needs to know of one sort of geometry. A new kind is one file that exports one of
 * these and a line in the modality's table; nothing else of the editor knows what its geometry looks like.
 */

import type { Box, Size } from "#geometry/box.ts"
import type { ImagePoint } from "#geometry/point.ts"
import type { Geometry, Mark } from "./annotation.ts"
import type { Problem } from "./fields.ts"
import type { ItemClass, MarkLimits, Vocabulary } from "./ontology.ts"
import type { Fault } from "./validation.ts"

/** A grip that reshapes a mark. */
export interface Handle {
  readonly name: string
  readonly at: ImagePoint
  /** A CSS cursor. */
  readonly cursor: string
  /**
   * How it looks: a corner or an edge, a point, a place for one more point, what turns the mark, a named point that is
   * seen, and one that is hidden by something.
   */
  readonly form: "square" | "round" | "ghost" | "turn" | "joint" | "hollow"
}

/** One coordinate, editable as a number. */
export interface Coordinate {
  readonly name: string
  readonly label: string
  readonly value: number
}

export type Edge = "left" | "top" | "right" | "bottom"

/** An upright box as it is while a handle is pulled, and which of its sides (of "nesw") the handle takes along. */
export interface PulledSides {
  readonly box: Box
  readonly sides: string
}

interface AnyKind {
  readonly id: string
  readonly title: string
  /** Says something of the whole asset. */
  readonly isTag: boolean
  /** The geometry in words, for lists and screen readers: "40 × 20 px at 12, 30". */
  words(geometry: Geometry, asset?: number): string
  /** What is wrong with the geometry on an image of this size; `path` is a pointer below the geometry. */
  problems(geometry: Geometry, image: Size): readonly (Problem & { readonly path: string })[]
  /** What is wrong with a geometry that is right in itself, where its class asks for a size or a number of points. */
  limited?(geometry: Geometry, limits: MarkLimits): readonly Problem[]
  /** What is wrong with a geometry that is right in itself, for a mark of this class. */
  fitting?(geometry: Geometry, itemClass: ItemClass): readonly Problem[]
  /** What is wrong with how marks lie with one another; paths are pointers into the document whose marks these are. */
  together?(marks: readonly Mark[], vocabulary: Vocabulary, assets: readonly Size[]): readonly Fault[]
}

/** Says something of the whole asset: a tag. */
export interface UnplacedKind extends AnyKind {
  readonly isPlaced: false
  readonly isTag: true
}

/** A stretch of something that goes in one direction: of a text. */
export interface StretchKind extends AnyKind {
  readonly isPlaced: false
  readonly isTag: false
  /** From its start on, one high: so stretches are compared as boxes are. */
  bounds(geometry: Geometry): Box
}

/** Lies somewhere in the image. Geometry handed to these functions has passed `problems` of shape. */
export interface PlacedKind extends AnyKind {
  readonly isPlaced: true
  readonly isTag: false
  bounds(geometry: Geometry): Box
  /** How well `at` points at it, `reach` image pixels being near enough: lower is better, null is a miss. */
  pickCost(geometry: Geometry, at: ImagePoint, reach: number): number | null
  /** The grips to show; `pixel`: image pixels per CSS pixel. */
  handles(geometry: Geometry, pixel: number): readonly Handle[]
  /** The handle within `reach` image pixels of `at`, or null. `anywhere`: every place of an edge takes one more point. */
  handleUnder(geometry: Geometry, at: ImagePoint, reach: number, anywhere?: boolean): Handle | null
  /** The geometry without the point that a handle stands for; null if it is none, or the last that could go. */
  withoutHandle?(geometry: Geometry, handle: string): Geometry | null
  /** The geometry with the point that a handle stands for hidden instead of visible, or the other way round; else null. */
  turnedHandle?(geometry: Geometry, handle: string): Geometry | null
  /** The grips of all points that keys can go to, where these are not the round ones: absent ones too. */
  pointGrips?(geometry: Geometry): readonly Handle[]
  /** What there is to say of the point that such a grip stands for. */
  pointWords?(geometry: Geometry, handle: string): string
  /** The place of it that a point near to it is meant to share, the most wanted having the least distance. */
  snap?(
    geometry: Geometry,
    at: ImagePoint,
    reach: number,
  ): { readonly at: ImagePoint; readonly distance: number } | null
  /** What a handle at `at` pulls, if that is sides of an upright box; null if it is something else. */
  sidesOf?(geometry: Geometry, handle: string, at: ImagePoint): PulledSides | null
  /** The box that it is compared by, where its bounds may have no sides. */
  compared?(geometry: Geometry): Box
  /** One geometry from two: `further` is one more part, or a hole; null if that makes none. */
  joined?(geometry: Geometry, further: Geometry): Geometry | null
  reshaped(geometry: Geometry, handle: string, to: ImagePoint, keepAspect: boolean, image: Size): Geometry
  moved(geometry: Geometry, dx: number, dy: number, image: Size): Geometry
  /** One edge pushed outwards by `by` pixels, inwards if negative; for resizing by keys. */
  pushed(geometry: Geometry, edge: Edge, by: number, image: Size): Geometry
  coordinates(geometry: Geometry): readonly Coordinate[]
  withCoordinate(geometry: Geometry, name: string, value: number, image: Size): Geometry
  /** What differs between two geometries of one mark, where that is much less than the second: the history keeps it. */
  difference?(before: Geometry, after: Geometry): unknown
  /** `geometry` with a difference put on it, or (`isBack`) taken off again. */
  patched?(geometry: Geometry, difference: unknown, isBack: boolean): Geometry
  /** The nearest geometry that lies inside the image and is not too small, or null if there is none. */
  mended(geometry: Geometry, image: Size): Geometry | null
}

export type MarkKind = PlacedKind | StretchKind | UnplacedKind

export type KindTable = ReadonlyMap<string, MarkKind>

export function kindTable(kinds: readonly MarkKind[]): KindTable {
  return new Map(kinds.map((kind) => [kind.id, kind]))
}

/** Where a mark lies, for kinds that lie somewhere. */
export function boundsOf(kinds: KindTable, mark: { readonly kind: string; readonly geometry: Geometry }): Box | null {
  const kind = kinds.get(mark.kind)
  if (!kind || kind.isTag) return null
  return kind.isPlaced && kind.compared ? kind.compared(mark.geometry) : kind.bounds(mark.geometry)
}
