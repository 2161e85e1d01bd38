/** Draws the thin lines that a box lies along by itself. */

import type { Guide } from "../alignment.ts"
import type { Brush } from "./brush.ts"

/** A line reaches so far beyond what it joins, CSS pixels. */
const BEYOND = 8

export function drawGuides(brush: Brush, guides: readonly Guide[]): void {
  if (guides.length === 0) return
  const { context, projection } = brush
  const { scale, x, y, density } = projection
  context.setLineDash([])
  for (const [color, width] of [
    ["rgba(0, 0, 0, 0.6)", 3],
    ["#ffb020", 1],
  ] as const) {
    context.strokeStyle = color
    context.lineWidth = Math.max(1, Math.round(width * density))
    const half = context.lineWidth % 2 === 1 ? 0.5 : 0
    context.beginPath()
    for (const { from, to } of guides) {
      const isUpright = from[0] === to[0]
      const [outX, outY] = isUpright ? [0, BEYOND * density] : [BEYOND * density, 0]
      context.moveTo(Math.round(from[0] * scale + x - outX) + half, Math.round(from[1] * scale + y - outY) + half)
      context.lineTo(Math.round(to[0] * scale + x + outX) + half, Math.round(to[1] * scale + y + outY) + half)
    }
    context.stroke()
  }
  brush.forgetPen()
}
