/** How well outlines fit: figures with a measure of their own, from which chance is not taken off. */

import { coefficient } from "#parts/interval.ts"
import type { Figure } from "./agreement.ts"

/** What the server says the level of such a figure is. */
const LEVEL = "shape"

export const isShape = ({ level }: Figure): boolean => level === LEVEL

interface Measure {
  readonly title: string
  readonly help: string
}

const MEASURES: Readonly<Record<string, Measure>> = {
  f1: { title: "Found alike (F1)", help: "Were the same things marked, as the same class? 1: all of them by both." },
  iou: { title: "Overlap (IoU)", help: "Of what two people marked alike: the shared area by the area of both." },
  boundary_f: {
    title: "Edges (boundary F)",
    help: "The share of both edges that lie on each other, within 0.8 % of the image's diagonal. Tells careless edges of large things, which overlap well all the same.",
  },
  pq: {
    title: "Panoptic quality (PQ)",
    help: "Of masks that share no pixel: overlap times found alike, by class and then the mean over classes.",
  },
  sq: {
    title: "Overlap of segments (SQ)",
    help: "Mean overlap of the segments that both have: one of the two parts of PQ.",
  },
  rq: { title: "Segments found (RQ)", help: "F1 of having the same segments: the other part of PQ." },
  oks: {
    title: "Points in place (OKS)",
    help: "Object keypoint similarity: how near the points of a skeleton are, by its size and how exactly each can be placed.",
  },
  chamfer_px: {
    title: "Lines apart (chamfer)",
    help: "The mean distance of two lines in pixels, both ways. 0 is best.",
  },
}

export function measureOf({ coefficient }: Figure): Measure {
  return MEASURES[coefficient] ?? { title: coefficient, help: "" }
}

/** Whether the figure is a length, not a share. */
export const isLength = ({ coefficient }: Figure): boolean => coefficient.endsWith("_px")

/** How a value of the figure is written: "0.93", "1.4 px". */
export function written(figure: Figure): (value: number) => string {
  return isLength(figure) ? (value) => `${value.toFixed(1)} px` : coefficient
}
