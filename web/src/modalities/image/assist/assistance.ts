/**
 * What helps to outline, as tools and commands see it: they ask, go on, and are told. The work is done beside the page, in
 * a Web Worker; of two questions of one sort only the later one is answered.
 */

import type { Size } from "#geometry/box.ts"
import type { Window } from "../tiles/window.ts"
import type { Offering } from "../tools/assist/offering.ts"
import type { AnswerTo, Job } from "./methods/jobs.ts"

/** An image by its address; `size` is that of the upright full-size image, whatever the file delivers. */
export interface ImageSource {
  readonly url: string
  readonly size: Size
  /** Where its tiles are described, and the window that values are seen through (null: the file's own); null: it has none. */
  readonly tiles?: { readonly address: string; readonly window: Window | null } | null
}

export type Reply = { readonly answer: unknown } | { readonly problem: string }

/** Answers jobs; images go by their addresses. */
export interface Answerer {
  /** Returns how to call it off; then no reply comes. */
  ask(job: Job, images: readonly ImageSource[], then: (reply: Reply) => void): () => void
}

/** What is under way with the tool in hand, for the bar over the image. */
export interface Gesture {
  /** What to do next. */
  readonly words: string
  /** Whether there is something to accept. */
  readonly canAccept: boolean
  /** Whether what is pressed next may add or take off. */
  readonly canTakeOff?: boolean
}

export class Assistance {
  readonly #callOff = new Map<Job["sort"], () => void>()
  #asking = 0
  /** The item's images, by the index of the asset. Empty: nothing can be asked. */
  sources: readonly ImageSource[] = []
  gesture: Gesture | null = null
  /** What is pressed takes off, with no key held. Each gesture begins by adding. */
  takesOff = false
  /** What is offered now, to be taken or refused. */
  offering: Offering | null = null

  /** `answerer` is made with the first question. */
  constructor(public answerer: () => Answerer) {}

  /** Whether an answer is awaited. */
  get isAsking(): boolean {
    return this.#asking > 0
  }

  /** Values of an image are seen through another window from now on. */
  look(asset: number, window: Window | null): void {
    this.sources = this.sources.map((source, i) =>
      i === asset && source.tiles ? { ...source, tiles: { ...source.tiles, window } } : source,
    )
  }

  /** `otherwise` is told in words for people why there is no answer. */
  ask<J extends Job>(
    job: J,
    images: readonly ImageSource[],
    then: (answer: AnswerTo<J>) => void,
    otherwise: (problem: string) => void,
  ): void {
    this.callOff(job.sort)
    this.#asking++
    const callOff = this.answerer().ask(job, images, (reply) => {
      this.#callOff.delete(job.sort)
      this.#asking--
      if ("answer" in reply) then(reply.answer as AnswerTo<J>)
      else otherwise(reply.problem)
    })
    this.#callOff.set(job.sort, callOff)
  }

  callOff(sort: Job["sort"]): void {
    const callOff = this.#callOff.get(sort)
    if (!callOff) return
    this.#callOff.delete(sort)
    this.#asking--
    callOff()
  }
}
