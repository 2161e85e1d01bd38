/** Outlines that are offered: dashed, with how sure they are; those that are refused pale and struck through by a cross. */

import type { Offer } from "#editor/tool.ts"
import type { Box } from "#geometry/box.ts"
import { placedKind } from "../kinds/table.ts"
import type { Brush } from "./brush.ts"
import type { LiveScene } from "./liveLayer.ts"
import { inkOn } from "./look.ts"

const DASH: readonly number[] = [7, 4]
const FILL = 0.12
const REFUSED_ALPHA = 0.35
const REFUSED_COLOR = "#8a8f98"
const CURRENT_COLOR = "#ffb020"

/** Returns how many were drawn. */
export function drawOffers(brush: Brush, { sketch, vocabulary }: LiveScene): number {
  const offers = sketch?.offers ?? []
  offers.forEach((offer, i) => {
    const kind = placedKind(offer.mark.kind)
    if (!kind) return
    const color = offer.isTaken ? (vocabulary.classOf(offer.mark.class)?.color ?? REFUSED_COLOR) : REFUSED_COLOR
    const pen = { color, dash: DASH, width: 2 }
    const { context } = brush
    context.globalAlpha = offer.isTaken ? 1 : REFUSED_ALPHA
    brush.strongMark(offer.mark, kind, { penOf: () => pen }, offer.isTaken ? FILL : 0, 1)
    context.globalAlpha = 1
    drawPlate(brush, offer, kind.bounds(offer.mark.geometry), i === sketch?.offered, color)
    brush.forgetPen()
  })
  return offers.length
}

/** Whether it is taken, and how sure it is, above its upper left corner. */
function drawPlate(
  brush: Brush,
  { confidence, isTaken }: Offer,
  { x, y }: Box,
  isCurrent: boolean,
  color: string,
): void {
  const { context, projection } = brush
  const { density, scale } = projection
  const text = `${isTaken ? "✓" : "✕"}${confidence === null ? "" : ` ${Math.round(100 * confidence)} %`}`
  const height = Math.round(17 * density)
  context.font = `600 ${Math.round(11 * density)}px system-ui, sans-serif`
  context.textBaseline = "middle"
  const width = Math.ceil(context.measureText(text).width) + Math.round(10 * density)
  const left = Math.round(x * scale + projection.x - density)
  const top = Math.max(0, Math.round(y * scale + projection.y - height - 2 * density))
  context.fillStyle = color
  context.fillRect(left, top, width, height)
  context.fillStyle = inkOn(color)
  context.fillText(text, left + Math.round(5 * density), top + height / 2 + density * 0.5)
  if (!isCurrent) return
  context.setLineDash([])
  context.strokeStyle = CURRENT_COLOR
  context.lineWidth = Math.max(1, Math.round(2 * density))
  context.strokeRect(left, top, width, height)
}
