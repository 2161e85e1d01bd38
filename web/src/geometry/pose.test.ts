import { describe, expect, it } from "vitest"
import { guessed, jointAt, type Pose, poseBounds, poseIn, stretchedPose, swapped, withJoint } from "./pose.ts"

const pose: Pose = [
  [10, 20, 2],
  [0, 0, 0],
  [40, 25, 1],
]

describe("poseBounds", () => {
  it("passes over absent points", () => {
    expect(poseBounds(pose)).toEqual({ x: 10, y: 20, w: 30, h: 5 })
    expect(poseBounds([[0, 0, 0]])).toEqual({ x: 0, y: 0, w: 0, h: 0 })
  })
})

describe("stretchedPose", () => {
  it("leaves absent points absent", () => {
    expect(stretchedPose(pose, { x: 0, y: 0, w: 60, h: 50 })).toEqual([
      [0, 0, 2],
      [0, 0, 0],
      [60, 50, 1],
    ])
  })
  it("moves what has no extent", () => {
    expect(stretchedPose([[5, 5, 2]], { x: 7, y: 8, w: 3, h: 3 })).toEqual([[7, 8, 2]])
  })
})

describe("poseIn", () => {
  it("fills the frame, from either side", () => {
    const frame = { x: 100, y: 200, w: 50, h: 10 }
    const places = [
      [0, 0],
      [1, 0.5],
    ] as const
    expect(poseIn(places, frame, false)).toEqual([
      [100, 200, 2],
      [150, 205, 2],
    ])
    expect(poseIn(places, frame, true)).toEqual([
      [150, 200, 2],
      [100, 205, 2],
    ])
  })
})

describe("swapped", () => {
  it("exchanges partners and their visibility", () => {
    expect(swapped(pose, [2, 1, 0])).toEqual([
      [40, 25, 1],
      [0, 0, 0],
      [10, 20, 2],
    ])
  })
})

describe("withJoint", () => {
  it("exchanges one; what is absent has no place", () => {
    expect(withJoint(pose, 2, jointAt([3, 4], 0))[2]).toEqual([0, 0, 0])
    expect(withJoint(pose, 1, jointAt([1.234, 5], 2))[1]).toEqual([1.23, 5, 2])
  })
})

describe("guessed", () => {
  it("goes by the default pose", () => {
    // Halfway between the two placed points in the default pose, so halfway between them here.
    const places = [
      [0, 0],
      [0.5, 0.5],
      [1, 1],
    ] as const
    expect(guessed(pose, places, 1)).toEqual([25, 22.5])
  })
  it("is the middle where nothing can be told", () => {
    expect(
      guessed(
        [
          [8, 6, 2],
          [0, 0, 0],
        ],
        [
          [0, 0],
          [1, 1],
        ],
        1,
      ),
    ).toEqual([8, 6])
  })
})
