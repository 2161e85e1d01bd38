/** The picture under the marks: an <img> that the browser decodes, scales and composites off the main thread. */

import type { Size } from "#geometry/box.ts"
import type { Viewport } from "#geometry/viewport.ts"

/** From here on pixels are shown as squares: annotators place edges between them. */
const SQUARES_FROM = 4

export type ImageState = "loading" | "shown" | "failed"

export class ImageLayer {
  readonly #image: HTMLImageElement
  readonly #onState: (state: ImageState) => void
  #transform = ""
  #filter = ""

  constructor(host: HTMLElement, onState: (state: ImageState) => void) {
    this.#onState = onState
    this.#image = document.createElement("img")
    this.#image.className = "image-layer"
    this.#image.alt = ""
    this.#image.draggable = false
    // The picture comes in the same frame as its marks; the browser's own threads decode it either way.
    this.#image.decoding = "sync"
    this.#image.addEventListener("load", () => onState("shown"))
    this.#image.addEventListener("error", () => onState("failed"))
    host.append(this.#image)
  }

  /** Shows another picture; `size` is that of the upright full-size image, whatever the file delivers. */
  show(url: string, size: Size): void {
    this.#onState("loading")
    this.#image.style.width = `${size.width}px`
    this.#image.style.height = `${size.height}px`
    this.#image.src = url
  }

  /** Asks for the same picture again after a failure. */
  retry(): void {
    const { src } = this.#image
    this.#onState("loading")
    this.#image.removeAttribute("src")
    this.#image.src = src
  }

  /** What is on screen, once it is there. */
  get picture(): CanvasImageSource | null {
    return this.#image.complete && this.#image.naturalWidth > 0 ? this.#image : null
  }

  /** `filter`: as CSS writes it. */
  frame(view: Viewport, filter: string): void {
    const { style } = this.#image
    const transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`
    if (transform !== this.#transform) {
      this.#transform = transform
      style.transform = transform
      style.imageRendering = view.scale >= SQUARES_FROM ? "pixelated" : "auto"
    }
    if (filter !== this.#filter) {
      this.#filter = filter
      style.filter = filter
    }
  }

  /** Nothing of it is seen: tiles lie over all of it. Transparent parts of those must not show it. */
  set isCovered(isCovered: boolean) {
    // Not "visible": the picture of a turn that stands ready out of sight would be seen through the one in hand.
    const visibility = isCovered ? "hidden" : ""
    if (this.#image.style.visibility !== visibility) this.#image.style.visibility = visibility
  }

  destroy(): void {
    this.#image.remove()
  }
}
