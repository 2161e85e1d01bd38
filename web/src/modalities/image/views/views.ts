/**
 * The images of the item that are on screen, one of them in hand. An item of one image has one view; of several, a few
 * stand side by side, and what is done to the view in hand is done to the others, each by the size of its own image.
 */

import type { DocumentRecord } from "#editor/annotation.ts"
import type { Session } from "#editor/session.ts"
import { Topics } from "#editor/topics.ts"
import type { Size } from "#geometry/box.ts"
import { tiled } from "#geometry/tiling.ts"
import type { Settings } from "../../settings.ts"
import type { ViewingTopic } from "../viewing.ts"
import { View } from "./view.ts"

/** So many images stand side by side at most. */
export const SHOWN_MAX = 4
/** Between them, CSS pixels. */
const GAP = 3

/** `layout`: which images are on screen, where, and which of them is in hand. */
export type ViewsTopic = "layout"

export class Views {
  readonly topics = new Topics<ViewsTopic>()
  readonly #session: Session
  readonly #settings: Settings
  readonly #onChange: (topic: ViewingTopic) => void
  readonly #stops: (() => void)[] = []
  #shown: View[] = []
  #stopsOf = new Map<View, () => void>()
  #inHand: View
  #size: Size = { width: 0, height: 0 }
  #density = 1
  #isLeading = false
  #wasLinked: boolean
  /** The images that somebody has chosen to stand side by side, the first chosen first; null: the page that one is on. */
  #picked: readonly number[] | null = null

  /** `onChange`: something of the view in hand has changed, or another one is. */
  constructor(session: Session, settings: Settings, onChange: (topic: ViewingTopic) => void) {
    this.#session = session
    this.#settings = settings
    this.#onChange = onChange
    this.#wasLinked = this.isLinked
    this.#inHand = this.#add(session.asset)
    this.#arrange()
    this.#stops.push(settings.topics.on("settings", () => this.#settingsChanged()))
  }

  destroy(): void {
    for (const stop of [...this.#stops, ...this.#stopsOf.values()]) stop()
  }

  /** Those on screen, in the order of the item's images. */
  get shown(): readonly View[] {
    return this.#shown
  }

  /** The one that is worked in. */
  get inHand(): View {
    return this.#inHand
  }

  /** Of the stage, CSS pixels. */
  get size(): Size {
    return this.#size
  }

  /** Whether the item has more than one image. */
  get isSet(): boolean {
    return this.#session.assets.length > 1
  }

  /** Whether several images stand side by side. */
  get isGrid(): boolean {
    return this.isSet && this.#settings.values.sideBySide
  }

  /** Whether what is done to one view is done to all. */
  get isLinked(): boolean {
    return this.#settings.values.linkedViews
  }

  /** Whether all images of the item are on screen. */
  get isWhole(): boolean {
    return this.#shown.length === this.#session.assets.length
  }

  /** The view at a place of the stage, CSS pixels; between views the one in hand. */
  at(x: number, y: number): View {
    const isThere = ({ place }: View) => x >= place.x && y >= place.y && x < place.x + place.w && y < place.y + place.h
    return this.#shown.find(isThere) ?? this.#inHand
  }

  of(asset: number): View | undefined {
    return this.#shown.find((view) => view.asset === asset)
  }

  resize(size: Size, density: number): void {
    this.#size = size
    this.#density = density
    this.#lay()
  }

  /**
   * Takes the image in hand, and brings it on screen if it is not there: with its page, or, where images have been
   * picked, in the place of the one in hand.
   */
  show(asset: number): void {
    if (!this.of(asset)) {
      this.#picked = this.#picked?.map((each) => (each === this.#inHand.asset ? asset : each)) ?? null
      this.#arrange()
    } else if (asset === this.#inHand.asset) return
    this.#inHand = this.of(asset) as View
    this.topics.tell("layout")
    this.#onChange("turn")
    this.#onChange("viewport")
  }

  /**
   * Puts an image beside the others, in the place of the one that was put there first if there are as many as can be; or
   * takes it away, unless it is the only one. True if it is on screen now.
   */
  pick(asset: number): boolean {
    const shown = this.#picked ?? this.#shown.map((view) => view.asset)
    const others = shown.filter((each) => each !== asset)
    if (others.length === shown.length) {
      const first = shown.find((each) => each !== this.#inHand.asset)
      const kept = shown.length < SHOWN_MAX ? shown : shown.filter((each) => each !== first)
      this.#picked = [...kept, asset]
    } else {
      const [next] = others
      if (next === undefined) return true
      if (asset === this.#inHand.asset) this.#session.showAsset(next, true)
      this.#picked = others
    }
    if (this.isGrid) this.#rearrange()
    else this.#settings.set({ sideBySide: true })
    return this.of(asset) !== undefined
  }

  follow(before: DocumentRecord | null, after: DocumentRecord | null): void {
    for (const view of this.#shown) view.follow(before, after)
  }

  hide(): void {
    for (const view of this.#shown) view.hide()
  }

  #settingsChanged(): void {
    if (!this.isSet) return
    // One alone, and side by side again: in their order, by pages.
    if (!this.isGrid) this.#picked = null
    const count = this.#wanted().length
    if (count !== this.#shown.length) this.#rearrange()
    else if (this.isLinked && !this.#wasLinked) this.#lead()
    this.#wasLinked = this.isLinked
  }

  #rearrange(): void {
    this.#arrange()
    this.#inHand = this.of(this.#session.asset) as View
    this.topics.tell("layout")
    this.#onChange("turn")
    this.#onChange("viewport")
  }

  /** The images that are to be on screen: that in hand, those that have been picked, or the page of them that it is on. */
  #wanted(): number[] {
    const { assets, asset } = this.#session
    if (!this.isGrid) return [asset]
    if (this.#picked) return [...this.#picked].sort((a, b) => a - b)
    const count = Math.min(SHOWN_MAX, assets.length)
    // The last page is as full as the others: its first images are those that end the page before.
    const first = Math.min(Math.floor(asset / SHOWN_MAX) * SHOWN_MAX, assets.length - count)
    return Array.from({ length: count }, (_, i) => first + i)
  }

  /** Makes the views those that are wanted. Views that are there go on; they keep where they look, or do as the one in hand. */
  #arrange(): void {
    const wanted = this.#wanted()
    const { look } = this.#inHand
    const free = this.#shown.filter((view) => !wanted.includes(view.asset))
    const fresh: View[] = []
    this.#shown = wanted.map((asset) => {
      const there = this.of(asset)
      if (there) return there
      const view = free.shift()
      if (view) view.show(asset)
      const made = view ?? this.#add(asset)
      fresh.push(made)
      return made
    })
    for (const view of free) this.#drop(view)
    this.#lay()
    if (this.#size.width === 0) return
    for (const view of fresh) {
      if (this.isLinked) view.lookAlike(look)
      else view.fit()
    }
  }

  /** Gives each view its place. */
  #lay(): void {
    if (this.#size.width === 0) return
    const places = tiled(
      this.#shown.map((view) => view.image),
      this.#size,
      GAP,
    )
    this.#shown.forEach((view, i) => {
      view.place = places[i] ?? view.place
      view.resize({ width: view.place.w, height: view.place.h }, this.#density)
    })
    this.topics.tell("layout")
  }

  #add(asset: number): View {
    const view = new View(this.#session, asset)
    const changed = (topic: ViewingTopic) => () => {
      if (view !== this.#inHand) return
      this.#onChange(topic)
      if (topic === "viewport" && this.#shown.length > 1 && this.isLinked) this.#lead()
    }
    const stops = [view.topics.on("viewport", changed("viewport")), view.topics.on("turn", changed("turn"))]
    this.#stopsOf.set(view, () => {
      for (const stop of stops) stop()
    })
    this.#shown = [...this.#shown, view]
    return view
  }

  #drop(view: View): void {
    this.#stopsOf.get(view)?.()
    this.#stopsOf.delete(view)
  }

  /** The other views look as the one in hand does. */
  #lead(): void {
    if (this.#isLeading) return
    this.#isLeading = true
    const { look } = this.#inHand
    for (const view of this.#shown) if (view !== this.#inHand) view.lookAlike(look)
    this.#isLeading = false
  }
}
