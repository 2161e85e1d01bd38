/** How the marks of submissions laid over one another are told apart. */

/** A pen in CSS pixels. */
export interface Pen {
  readonly color: string
  readonly dash: readonly number[]
  readonly width: number
}

/** Hues and dashes for submissions laid over one another: eight that differ in both. */
export const LAYER_PENS: readonly Pen[] = [
  { color: "#27acff", dash: [7, 3], width: 2 },
  { color: "#ffbce7", dash: [2, 3], width: 2 },
  { color: "#c4e01d", dash: [10, 3, 2, 3], width: 2 },
  { color: "#ff8a5c", dash: [14, 4], width: 2 },
  { color: "#94ca86", dash: [4, 4], width: 2 },
  { color: "#b79bff", dash: [9, 3, 3, 3, 3, 3], width: 2 },
  { color: "#ffd23f", dash: [1, 2], width: 2 },
  { color: "#5fe0d0", dash: [18, 3, 3, 3], width: 2 },
]
