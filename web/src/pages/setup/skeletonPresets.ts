/** Skeletons to start from. Those of COCO's person have the sigmas that were measured for it. */

import type { Skeleton, SkeletonPoint } from "#editor/ontology.ts"
import { neatShare } from "./skeletonDraft.ts"

export interface SkeletonPreset {
  readonly id: string
  readonly title: string
  readonly skeleton: Skeleton
}

const idOf = (name: string): string => name.toLowerCase().replaceAll(" ", "_")

type Row = readonly [name: string, x: number, y: number, sigma?: number | undefined]

function points(rows: readonly Row[]): SkeletonPoint[] {
  return rows.map(([name, x, y, sigma]) => ({
    id: idOf(name),
    name,
    x: neatShare(x),
    y: neatShare(y),
    ...(sigma ? { sigma } : {}),
  }))
}

/** Left and right of one thing: the left one, as the person says, is on the right of the picture. */
function sides(what: string, away: number, y: number, sigma?: number): Row[] {
  return [
    [`Left ${what}`, 0.5 + away, y, sigma],
    [`Right ${what}`, 0.5 - away, y, sigma],
  ]
}

/** The pairs of every "left_..." with its "right_...". */
function pairs(all: readonly SkeletonPoint[]): [string, string][] {
  return all.flatMap(({ id }) => (id.startsWith("left_") ? [[id, id.replace("left_", "right_")]] : []))
}

function chain(...ids: string[]): [string, string][] {
  return ids.slice(1).map((id, i) => [ids[i] as string, id])
}

const person = points([
  ["Nose", 0.5, 0.07, 0.026],
  ...sides("eye", 0.06, 0.04, 0.025),
  ...sides("ear", 0.14, 0.055, 0.035),
  ...sides("shoulder", 0.3, 0.19, 0.079),
  ...sides("elbow", 0.42, 0.35, 0.072),
  ...sides("wrist", 0.5, 0.5, 0.062),
  ...sides("hip", 0.18, 0.52, 0.107),
  ...sides("knee", 0.2, 0.76, 0.087),
  ...sides("ankle", 0.22, 1, 0.089),
])

const FINGERS = [
  ["Thumb", [0.26, 0.8], [0.1, 0.68], [0.04, 0.57], [0, 0.48]],
  ["Index", [0.3, 0.48], [0.25, 0.31], [0.23, 0.19], [0.21, 0.09]],
  ["Middle", [0.5, 0.45], [0.49, 0.26], [0.49, 0.12], [0.49, 0]],
  ["Ring", [0.69, 0.48], [0.72, 0.3], [0.74, 0.18], [0.75, 0.07]],
  ["Little", [0.85, 0.56], [0.92, 0.43], [0.96, 0.34], [1, 0.25]],
] as const

const hand = points([
  ["Wrist", 0.5, 1],
  ...FINGERS.flatMap(([name, ...places]) =>
    places.map(([x, y], i): Row => [i === 3 ? `${name} tip` : `${name} ${i + 1}`, x, y]),
  ),
])

const face = points([...sides("eye", 0.5, 0), ["Nose", 0.5, 0.5], ...sides("mouth corner", 0.36, 1)])

const bothSides = (...parts: string[]) =>
  ["left", "right"].flatMap((side) => chain(...parts.map((part) => (part === "nose" ? part : `${side}_${part}`))))

export const SKELETON_PRESETS: readonly SkeletonPreset[] = [
  {
    id: "person",
    title: "Person, COCO's 17 points",
    skeleton: {
      points: person,
      edges: [
        ...bothSides("ankle", "knee", "hip"),
        ["left_hip", "right_hip"],
        ...bothSides("shoulder", "hip"),
        ["left_shoulder", "right_shoulder"],
        ...bothSides("shoulder", "elbow", "wrist"),
        ["left_eye", "right_eye"],
        ...bothSides("nose", "eye", "ear", "shoulder"),
      ],
      mirrored: pairs(person),
    },
  },
  {
    id: "hand",
    title: "Hand, 21 points",
    skeleton: {
      points: hand,
      edges: FINGERS.flatMap(([name]) => {
        const finger = name.toLowerCase()
        return chain("wrist", `${finger}_1`, `${finger}_2`, `${finger}_3`, `${finger}_tip`)
      }),
    },
  },
  {
    id: "face",
    title: "Face, 5 points",
    skeleton: {
      points: face,
      edges: [
        ["left_eye", "right_eye"],
        ...bothSides("eye", "nose"),
        ...bothSides("nose", "mouth_corner"),
        ["left_mouth_corner", "right_mouth_corner"],
      ],
      mirrored: pairs(face),
    },
  },
]
