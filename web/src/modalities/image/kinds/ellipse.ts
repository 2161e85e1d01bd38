/** Ellipses: {cx, cy, rx, ry, angle} in image pixels, degrees clockwise on a screen. */

import type { Box } from "#geometry/box.ts"
import { type Frame, placeIn, seenFrom } from "#geometry/frame.ts"
import type { ImagePoint } from "#geometry/point.ts"
import { cornerTool } from "../tools/box/tool.ts"
import type { PlacedImageKind, Projection } from "./kind.ts"
import { frameOf, type Turned, turnedKind } from "./turned.ts"

/** Half the width of the upright box around it is the length of (rx cos, ry sin). */
function bounds({ cx, cy, w, h, angle }: Frame): Box {
  const turn = (angle * Math.PI) / 180
  const across = Math.hypot((w / 2) * Math.cos(turn), (h / 2) * Math.sin(turn))
  const down = Math.hypot((w / 2) * Math.sin(turn), (h / 2) * Math.cos(turn))
  return { x: cx - across, y: cy - down, w: 2 * across, h: 2 * down }
}

/** Measured along the ray from the centre, which is near enough for a pointer. */
function border(frame: Frame, at: ImagePoint): { distance: number; isInside: boolean } {
  const [x, y] = seenFrom(frame, at)
  const share = Math.hypot(x / (frame.w / 2), y / (frame.h / 2))
  const away = Math.hypot(x, y)
  return {
    distance: share === 0 ? Math.min(frame.w, frame.h) / 2 : Math.abs(away - away / share),
    isInside: share <= 1,
  }
}

const OF: Turned = {
  id: "ellipse",
  title: "Ellipse",
  noun: "ellipse",
  members: ["cx", "cy", "rx", "ry", "angle"],
  sides: 2,
  bounds,
  border,
}

function trace(context: CanvasRenderingContext2D, { cx, cy, w, h, angle }: Frame, { scale, x, y }: Projection): void {
  context.beginPath()
  const turn = (angle * Math.PI) / 180
  context.ellipse(cx * scale + x, cy * scale + y, (w / 2) * scale, (h / 2) * scale, turn, 0, 2 * Math.PI)
}

export const ellipseKind: PlacedImageKind = {
  ...turnedKind(OF),
  tool: cornerTool("ellipse", "Draw ellipse", ({ x, y, w, h }) => ({
    cx: x + w / 2,
    cy: y + h / 2,
    rx: w / 2,
    ry: h / 2,
    angle: 0,
  })),

  covered(geometry) {
    const frame = frameOf(geometry, OF)
    // So many corners keep the outline within a twentieth of a pixel of the curve.
    const count = Math.max(16, Math.ceil(8 * Math.sqrt(Math.max(frame.w, frame.h))))
    return [
      Array.from({ length: count }, (_, i) => {
        const turn = (2 * Math.PI * i) / count
        return placeIn(frame, Math.cos(turn), Math.sin(turn))
      }),
    ]
  },

  outline(context, geometry, projection) {
    trace(context, frameOf(geometry, OF), projection)
    context.stroke()
  },

  fill(context, geometry, projection) {
    trace(context, frameOf(geometry, OF), projection)
    context.fill()
  },
}
