/** Rotated boxes: {cx, cy, w, h, angle} in image pixels, degrees clockwise on a screen. */

import { boundsOfFrame, cornersOf, type Frame, placeIn } from "#geometry/frame.ts"
import { edgeTool } from "../tools/edge/tool.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"
import { frameBorder, frameOf, type Turned, turnedKind } from "./turned.ts"
import { placeOn } from "./vertices.ts"

const OF: Turned = {
  id: "rotated_box",
  title: "Rotated box",
  noun: "box",
  members: ["cx", "cy", "w", "h", "angle"],
  sides: 1,
  bounds: boundsOfFrame,
  border: frameBorder,
}

const CORNERS = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
] as const

function trace(context: CanvasRenderingContext2D, frame: Frame, { scale, x, y }: Projection): void {
  context.beginPath()
  for (const [across, down] of CORNERS) {
    const at = placeIn(frame, across, down)
    context.lineTo(at[0] * scale + x, at[1] * scale + y)
  }
  context.closePath()
}

export const rotatedBoxKind: PlacedImageKind = {
  ...turnedKind(OF),
  tool: edgeTool,
  snap: (geometry, at, reach) => placeOn(cornersOf(frameOf(geometry, OF)), true, true, at, reach),
  covered: (geometry) => [cornersOf(frameOf(geometry, OF))],

  outline(context, geometry, projection) {
    trace(context, frameOf(geometry, OF), projection)
    context.stroke()
  },

  fill(context, geometry, projection) {
    trace(context, frameOf(geometry, OF), projection)
    context.fill()
  },
}
