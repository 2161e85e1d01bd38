/** Outlines are offered: a click on one refuses it, or takes it after all. Accepting puts all that are taken in as one step. */

import type { Making } from "#editor/annotation.ts"
import type { Offer, State } from "#editor/tool.ts"
import { takeOffers } from "../../assist/offers.ts"
import { placedKind } from "../../kinds/table.ts"
import type { Workspace } from "../../workspace.ts"

export class Offering {
  readonly state: State
  readonly #workspace: Workspace
  readonly #label: string
  readonly #made: Making
  #offers: readonly Offer[]
  #current = 0
  /** The one that is being clicked: two fingers that move the view refuse nothing. */
  #pressed: number | null = null
  #isDone = false

  constructor(workspace: Workspace, label: string, offers: readonly Offer[], made: Making) {
    this.#workspace = workspace
    this.#label = label
    this.#made = made
    this.#offers = offers
    this.state = {
      name: "offering",
      enter: (host) => {
        host.cursor("default")
        workspace.assistance.offering = this
        host.say("Dashed: what is offered. A click refuses one; N takes the rest, Esc none.")
        this.#show()
      },
      pointerDown: (_host, { at, reach }) => {
        const costs = offers.map(({ mark }) => placedKind(mark.kind)?.pickCost(mark.geometry, at, reach) ?? Infinity)
        const least = Math.min(...costs)
        this.#pressed = least < Infinity ? costs.indexOf(least) : null
      },
      pointerUp: () => {
        if (this.#pressed !== null) this.toggle(this.#pressed)
        this.#pressed = null
      },
      finish: () => this.accept(),
      back: () => undefined,
      interrupt: () => {
        this.#pressed = null
      },
      cancel: (host) => {
        if (!this.#isDone) host.say("Called off: nothing was changed.")
        return "start"
      },
      leave: (host) => {
        workspace.assistance.offering = null
        workspace.assistance.gesture = null
        host.sketch(null)
      },
    }
  }

  get offers(): readonly Offer[] {
    return this.#offers
  }

  /** The one that keys act on. */
  get current(): number {
    return this.#current
  }

  /** Goes on to the next offer, or back. */
  step(by: 1 | -1): void {
    this.#current = (this.#current + by + this.#offers.length) % this.#offers.length
    const offer = this.#offers[this.#current]
    if (offer) this.#workspace.reveal(offer.mark)
    this.#show()
  }

  /** Refuses an offer, or takes it after all. */
  toggle(which = this.#current): void {
    this.#current = which
    this.#offers = this.#offers.map((offer, i) => (i === which ? { ...offer, isTaken: !offer.isTaken } : offer))
    this.#show()
  }

  accept(): void {
    this.#isDone = true
    const offers = this.#offers
    this.#workspace.machine.cancel()
    takeOffers(this.#workspace, this.#label, offers, this.#made)
  }

  #show(): void {
    const taken = this.#offers.filter(({ isTaken }) => isTaken).length
    this.#workspace.assistance.gesture = {
      words: `${this.#label}: ${taken} of ${this.#offers.length} taken. Click or Del refuses one, Tab goes on.`,
      canAccept: taken > 0,
    }
    this.#workspace.sketch({ offers: this.#offers, offered: this.#current })
  }
}
