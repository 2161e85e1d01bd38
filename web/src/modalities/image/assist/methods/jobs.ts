/** What can be asked of the methods and what they answer. Places and boxes are those of the upright full-size image. */

import type { Box } from "#geometry/box.ts"
import type { Path, XY } from "#geometry/path.ts"
import type { Spans } from "#geometry/spans.ts"

/** The way along the edges from one place to another. */
export interface WireJob {
  readonly sort: "wire"
  readonly image: string
  readonly from: XY
  readonly to: XY
  /** The end goes to the strongest edge within so many image pixels; 0: it stays. */
  readonly reach: number
  /** Image pixels per pixel of the screen: what cannot be seen need not be followed. */
  readonly pixel: number
  /** The way is to be kept: it is followed at full size. */
  readonly isFinal: boolean
}

export interface RegionClick {
  readonly at: XY
  /** How unlike the colours of a region may be, CIELAB units. */
  readonly tolerance: number
  readonly isRemoving: boolean
}

/** What clicks mean in what is in view. */
export interface RegionJob {
  readonly sort: "region"
  readonly image: string
  readonly view: Box
  readonly clicks: readonly RegionClick[]
  readonly isFinal: boolean
}

export interface CutStroke {
  readonly path: Path
  readonly isRemoving: boolean
}

/** The thing in a box. */
export interface CutJob {
  readonly sort: "cut"
  readonly image: string
  readonly box: Box
  readonly strokes: readonly CutStroke[]
}

/** An outline: rings or lines as paths, or the pixels of a mask. */
export type Outline = { readonly paths: readonly Path[]; readonly isClosed: boolean } | { readonly spans: Spans }

/** Outlines drawn to the edges within `reach` image pixels. */
export interface SnapJob {
  readonly sort: "snap"
  readonly image: string
  readonly outlines: readonly Outline[]
  readonly reach: number
}

/** Boxes drawn tight around what is in them. */
export interface FitJob {
  readonly sort: "fit"
  readonly image: string
  readonly boxes: readonly Box[]
}

/** Where the pieces of one image lie in the next. */
export interface FollowJob {
  readonly sort: "follow"
  readonly image: string
  readonly next: string
  readonly boxes: readonly Box[]
}

export type Job = WireJob | RegionJob | CutJob | SnapJob | FitJob | FollowJob

export interface Move {
  readonly dx: number
  readonly dy: number
  /** 0 to 1. */
  readonly confidence: number
}

export interface Answers {
  readonly wire: { readonly points: Path }
  readonly region: { readonly spans: Spans }
  readonly cut: { readonly spans: Spans }
  readonly snap: { readonly outlines: readonly Outline[] }
  /** null: nothing in the box stands out. */
  readonly fit: { readonly boxes: readonly (Box | null)[] }
  readonly follow: { readonly moves: readonly Move[] }
}

export type AnswerTo<J extends Job> = Answers[J["sort"]]
