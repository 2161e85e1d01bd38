/** What is done with the points of a skeleton beside moving them: placing it whole, hiding, taking away, left for right. */

import { changeGeometry } from "#editor/actions.ts"
import type { Mark } from "#editor/annotation.ts"
import type { Joints } from "#editor/ontology.ts"
import { clipped } from "#geometry/box.ts"
import {
  guessed,
  isPlaced,
  type Joint,
  jointAt,
  NOWHERE,
  type Pose,
  poseIn,
  swapped,
  VISIBLE,
  type Visibility,
  withJoint,
} from "#geometry/pose.ts"
import { pointerByKeys } from "./crosshair.ts"
import { geometryOf, jointNumber, poseOf, skeletonKind } from "./kinds/skeleton.ts"
import type { Workspace } from "./workspace.ts"

/** The whole default pose takes so much of the view. */
const POSE_SHARE = 0.6

export interface HeldSkeleton {
  readonly mark: Mark
  readonly joints: Joints
  readonly pose: Pose
}

/** The one selected skeleton, if it has the points of its class; null if there is none. */
export function heldSkeleton({ session, selection }: Workspace): HeldSkeleton | null {
  const [mark] = session.selectedMarks
  const joints = mark && session.vocabulary.jointsOf(mark.class)
  if (mark?.kind !== skeletonKind.id || !joints || selection.size !== 1) return null
  const pose = poseOf(mark.geometry)
  return pose.length === joints.names.length ? { mark, joints, pose } : null
}

/** Puts the whole default pose of the class in hand into the middle of the view. */
export function putPose(workspace: Workspace): void {
  const { session, visible, image } = workspace
  const skeletal = session.vocabulary.classesFor(skeletonKind.id)
  if (!skeletal.some(({ id }) => id === session.classInHand) && skeletal[0]) session.hold(skeletal[0].id)
  const { joints } = workspace
  const refusal = workspace.refusalToDraw(skeletonKind.id)
  if (refusal !== null || !joints) {
    workspace.say(refusal ?? "This class has no skeleton.", true)
    return
  }
  const seen = clipped(visible, image)
  const h = POSE_SHARE * seen.h
  const w = Math.min(POSE_SHARE * seen.w, h / 2)
  const frame = { x: seen.x + (seen.w - w) / 2, y: seen.y + (seen.h - h) / 2, w, h }
  workspace.draw(skeletonKind.id, geometryOf(poseIn(joints.places, frame, false)))
}

/** Gives a point of the selected skeleton a visibility; an absent one that becomes visible is put where it may be. */
export function setVisibility(workspace: Workspace, index: number, visibility: Visibility): void {
  const held = heldSkeleton(workspace)
  const joint = held?.pose[index]
  if (!held || !joint || joint[2] === visibility || workspace.session.isLocked(held.mark.id) || !workspace.canEdit)
    return
  const next = jointed(workspace, held, joint, index, visibility)
  if (!next.some(isPlaced)) {
    workspace.say("One point at least stays: delete the skeleton instead.", true)
    return
  }
  const name = held.joints.names[index] ?? ""
  changeGeometry(workspace.session, `${name}: ${WORDS[visibility]}`, new Map([[held.mark.id, geometryOf(next)]]))
  workspace.say(`${name}: ${WORDS[visibility]}.`)
}

export const WORDS: Readonly<Record<Visibility, string>> = { 0: "absent", 1: "hidden", 2: "visible" }

function jointed(
  { image }: Workspace,
  { pose, joints }: HeldSkeleton,
  joint: Joint,
  index: number,
  visibility: Visibility,
): Pose {
  if (visibility === 0) return withJoint(pose, index, NOWHERE)
  const [x, y] = isPlaced(joint) ? joint : guessed(pose, joints.places, index)
  const inside = jointAt([Math.max(0, Math.min(image.width, x)), Math.max(0, Math.min(image.height, y))], visibility)
  return withJoint(pose, index, inside)
}

/** The point in hand, hidden or visible again; while placing, the next one at the crosshair is a hidden one. */
export function toggleHidden(workspace: Workspace): void {
  if (workspace.machine.secondary(pointerByKeys(workspace))) return
  const at = held(workspace)
  if (at) setVisibility(workspace, at.index, at.joint[2] === VISIBLE ? 1 : 2)
}

/** The point in hand, absent or placed again; while placing, the next one is passed over. */
export function toggleAbsent(workspace: Workspace): void {
  if (workspace.machine.skip()) return
  const at = held(workspace)
  if (at) setVisibility(workspace, at.index, isPlaced(at.joint) ? 0 : 2)
}

function held(workspace: Workspace): { index: number; joint: Joint } | null {
  const skeleton = heldSkeleton(workspace)
  const index = jointNumber(workspace.activePoint ?? "")
  const joint = skeleton?.pose[index]
  if (joint) return { index, joint }
  workspace.say(skeleton ? "Go to a point first." : "Select a skeleton first.", true)
  return null
}

/** Left for right, where the skeleton of the class says which points are pairs. */
export function swapSides(workspace: Workspace): void {
  const skeleton = heldSkeleton(workspace)
  if (!skeleton || workspace.session.isLocked(skeleton.mark.id)) return
  const { mark, joints, pose } = skeleton
  if (joints.partners.every((partner, i) => partner === i)) {
    workspace.say("The skeleton of this class has no left and right.", true)
    return
  }
  const geometry = geometryOf(swapped(pose, joints.partners))
  changeGeometry(workspace.session, "Swap left and right", new Map([[mark.id, geometry]]))
  workspace.say("Left and right are swapped.")
}
