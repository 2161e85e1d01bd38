/** Where points and boxes near a neighbour or the border of the image are meant to lie, and what is shown of it. */

import type { Sides } from "#editor/tool.ts"
import type { Box, Size } from "#geometry/box.ts"
import { type ImagePoint, imagePoint } from "#geometry/point.ts"
import { Alignment, type Guide } from "./alignment.ts"
import type { Scene } from "./scene.ts"
import type { Workspace } from "./workspace.ts"

const STAYS = [0, 0] as const
export const NO_GUIDES: readonly Guide[] = []

export class Snapping {
  readonly #workspace: Workspace
  #alignment: Alignment | null = null
  /** Whose marks the alignment knows. */
  #scene: Scene | null = null
  /** The place that the point under way goes to by itself, or null. */
  hint: ImagePoint | null = null
  /** The lines that the box under way lies along by itself. */
  guides = NO_GUIDES

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** `at`, or the place near it on a mark other than `except` or on the border. */
  point(at: ImagePoint, reach: number, except?: string): ImagePoint {
    const { scene, image } = this.#workspace
    const meant = this.#isOn ? (scene.snap(at, reach, except) ?? toBorder(at, reach, image)) : at
    this.#show(meant === at ? null : meant, NO_GUIDES)
    return meant
  }

  /** How far a box is to go so that its sides lie along neighbours or the border. */
  sides(box: Box, { sides, reach, pixel, alt, moves }: Sides): readonly [dx: number, dy: number] {
    const { image, selection, redrawing } = this.#workspace
    const isPassed = moves === "selection" ? (id: string) => selection.has(id) : (id: string) => id === redrawing
    const isOff = alt || !this.#isOn || sides === ""
    const found = isOff ? null : this.#alignmentHere.find({ box, sides, reach, pixel, image, isPassed })
    this.#show(null, found?.guides ?? NO_GUIDES)
    return found ? [found.dx, found.dy] : STAYS
  }

  clear(): void {
    this.hint = null
    this.guides = NO_GUIDES
  }

  /** Of the view in hand. */
  get #alignmentHere(): Alignment {
    const { scene } = this.#workspace
    if (this.#alignment === null || scene !== this.#scene) this.#alignment = new Alignment(scene)
    this.#scene = scene
    return this.#alignment
  }

  get #isOn(): boolean {
    return this.#workspace.settings.values.snapping
  }

  #show(hint: ImagePoint | null, guides: readonly Guide[]): void {
    if (hint === this.hint && guides === this.guides) return
    this.hint = hint
    this.guides = guides
    this.#workspace.topics.tell("live")
  }
}

/** `at`, with each coordinate that is within `reach` of the border on it; `at` itself where none is. */
function toBorder(at: ImagePoint, reach: number, { width, height }: Size): ImagePoint {
  const [x, y] = [near(at[0], width, reach), near(at[1], height, reach)]
  return x === at[0] && y === at[1] ? at : imagePoint(x, y)
}

function near(value: number, far: number, reach: number): number {
  if (Math.abs(value) <= reach) return 0
  return Math.abs(value - far) <= reach ? far : value
}
