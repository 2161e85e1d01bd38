import { describe, expect, it } from "vitest"
import { newUid } from "./draft.ts"
import {
  type DraftSkeleton,
  neatShare,
  pairByName,
  pairUp,
  partnerOf,
  skeletonDraft,
  skeletonOf,
  toggleEdge,
  withoutPoint,
} from "./skeletonDraft.ts"
import { SKELETON_PRESETS } from "./skeletonPresets.ts"

function drafted(...names: string[]): DraftSkeleton {
  const points = names.map((name) => ({ id: name.toLowerCase().replaceAll(" ", "_"), name, x: 0, y: 1 }))
  return skeletonDraft({ points }, newUid)
}

const uid = (skeleton: DraftSkeleton, at: number): string => skeleton.points[at]?.uid ?? ""

describe("presets", () => {
  it.each(SKELETON_PRESETS.map((each) => [each.id, each.skeleton] as const))(
    "%s comes back as it is",
    (_, skeleton) => {
      expect(skeletonOf(skeletonDraft(skeleton, newUid))).toEqual(skeleton)
    },
  )
  it("have as many points as they say, within their frame, and edges between them", () => {
    expect(SKELETON_PRESETS.map(({ skeleton }) => skeleton.points.length)).toEqual([17, 21, 5])
    for (const { skeleton } of SKELETON_PRESETS) {
      const ids = new Set(skeleton.points.map(({ id }) => id))
      expect(ids.size).toBe(skeleton.points.length)
      for (const pair of [...(skeleton.edges ?? []), ...(skeleton.mirrored ?? [])]) {
        expect(pair.every((id) => ids.has(id))).toBe(true)
      }
      expect(skeleton.points.every(({ x, y }) => x === neatShare(x) && y === neatShare(y))).toBe(true)
    }
  })
  it("a person has COCO's order and sigmas", () => {
    const points = SKELETON_PRESETS[0]?.skeleton.points ?? []
    expect(points.slice(0, 3).map(({ id }) => id)).toEqual(["nose", "left_eye", "right_eye"])
    expect(points.at(-1)).toEqual({ id: "right_ankle", name: "Right ankle", x: 0.28, y: 1, sigma: 0.089 })
  })
})

describe("toggleEdge", () => {
  it("draws an edge, and takes it away from either end", () => {
    const skeleton = drafted("A", "B")
    const [a, b] = [uid(skeleton, 0), uid(skeleton, 1)]
    toggleEdge(skeleton, a, b)
    expect(skeletonOf(skeleton).edges).toEqual([["a", "b"]])
    toggleEdge(skeleton, b, a)
    toggleEdge(skeleton, a, a)
    expect(skeletonOf(skeleton).edges).toBeUndefined()
  })
})

describe("pairUp", () => {
  it("leaves each point in one pair", () => {
    const skeleton = drafted("A", "B", "C")
    const [a, b, c] = [uid(skeleton, 0), uid(skeleton, 1), uid(skeleton, 2)]
    pairUp(skeleton, a, b)
    pairUp(skeleton, c, a)
    expect(skeletonOf(skeleton).mirrored).toEqual([["c", "a"]])
    expect([partnerOf(skeleton, a), partnerOf(skeleton, b)]).toEqual([c, null])
    pairUp(skeleton, a, null)
    expect(skeleton.mirrored).toEqual([])
  })
})

describe("pairByName", () => {
  it("finds left and right", () => {
    const skeleton = drafted("Nose", "Left eye", "Right eye", "Left tail")
    pairByName(skeleton)
    expect(skeletonOf(skeleton).mirrored).toEqual([["left_eye", "right_eye"]])
  })
})

describe("withoutPoint", () => {
  it("takes its edges and its pair along", () => {
    const skeleton = drafted("A", "B", "C")
    const [a, b, c] = [uid(skeleton, 0), uid(skeleton, 1), uid(skeleton, 2)]
    toggleEdge(skeleton, a, b)
    toggleEdge(skeleton, b, c)
    pairUp(skeleton, a, c)
    expect(skeletonOf(withoutPoint(skeleton, a))).toEqual({
      points: [
        { id: "b", name: "B", x: 0, y: 1 },
        { id: "c", name: "C", x: 0, y: 1 },
      ],
      edges: [["b", "c"]],
    })
  })
})
