/** Draws what the ruler measures: a line with an end across at both sides, and its length on a plate. */

import { type Measure, wordsOf } from "../tools/ruler/measure.ts"
import type { Brush } from "./brush.ts"

const END = 6

export function drawRuler(brush: Brush, measure: Measure, turn: number): void {
  const { context, projection } = brush
  const { scale, x, y, density } = projection
  const [ax, ay] = [measure.from[0] * scale + x, measure.from[1] * scale + y]
  const [bx, by] = [measure.to[0] * scale + x, measure.to[1] * scale + y]
  const length = Math.max(1, Math.hypot(bx - ax, by - ay))
  const [acrossX, acrossY] = [(-(by - ay) / length) * END * density, ((bx - ax) / length) * END * density]
  context.setLineDash([])
  for (const [color, width] of [
    ["rgba(0, 0, 0, 0.65)", 4],
    ["#ffffff", 1.5],
  ] as const) {
    context.strokeStyle = color
    context.lineWidth = width * density
    context.beginPath()
    context.moveTo(ax, ay)
    context.lineTo(bx, by)
    for (const [endX, endY] of [
      [ax, ay],
      [bx, by],
    ] as const) {
      context.moveTo(endX - acrossX, endY - acrossY)
      context.lineTo(endX + acrossX, endY + acrossY)
    }
    context.stroke()
  }
  plate(context, wordsOf(measure), (ax + bx) / 2, (ay + by) / 2, density, turn)
  brush.forgetPen()
}

function plate(context: CanvasRenderingContext2D, words: string, x: number, y: number, density: number, turn: number) {
  context.save()
  context.translate(x, y)
  context.rotate((-turn * Math.PI) / 180)
  context.font = `500 ${Math.round(11 * density)}px system-ui, sans-serif`
  context.textBaseline = "middle"
  const width = context.measureText(words).width + 12 * density
  const height = 18 * density
  context.fillStyle = "rgba(20, 23, 29, 0.9)"
  context.fillRect(-width / 2, 8 * density, width, height)
  context.fillStyle = "#ffffff"
  context.fillText(words, -width / 2 + 6 * density, 8 * density + height / 2)
  context.restore()
}
