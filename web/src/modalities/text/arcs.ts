/** The way of a line from one marked stretch to another, below the letters. */

export interface Spot {
  /** The middle of the stretch's first line, and the lower edge of its letters: CSS pixels of what holds the text. */
  readonly x: number
  readonly y: number
}

export interface Arc {
  /** Of an SVG path. */
  readonly d: string
  /** Where its name stands: the middle of the name, and its baseline. */
  readonly x: number
  readonly y: number
}

/** How far lines hang down: little between neighbours, and never into the names above the next line. */
const SAG = { least: 8, most: 16, share: 0.08 }

/** From one end to the other. The middle of a cubic curve lies at 3/4 of the way to its two level control points. */
export function arcBetween(from: Spot, to: Spot): Arc {
  const sag = Math.min(SAG.most, Math.max(SAG.least, Math.abs(to.x - from.x) * SAG.share))
  const [down, up] = [from.y + sag, to.y + sag]
  const d = `M ${at(from)} C ${from.x} ${down}, ${to.x} ${up}, ${at(to)}`
  return { d, x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 + 0.75 * sag + 3 }
}

const at = ({ x, y }: Spot) => `${x} ${y}`
