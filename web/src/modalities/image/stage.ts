/** Puts a view of a workspace on screen: layers over one another, drawn at most once per frame and only when something changed. */

import type { Mark } from "#editor/annotation.ts"
import { type Box, unionOf } from "#geometry/box.ts"
import type { Version } from "../swipe.ts"
import { placedKind } from "./kinds/table.ts"
import { FrameCounters } from "./layers/counters.ts"
import { GroundLayer, placeOf } from "./layers/groundLayer.ts"
import { ImageLayer, type ImageState } from "./layers/imageLayer.ts"
import { LinksLayer } from "./layers/linksLayer.ts"
import { LiveLayer } from "./layers/liveLayer.ts"
import { ClassLook } from "./layers/look.ts"
import { MarksLayer } from "./layers/marksLayer.ts"
import { SwipeLayer } from "./layers/swipeLayer.ts"
import { filterOf } from "./light.ts"
import { ReviewLayers } from "./reviewLayers.ts"
import { NO_GUIDES } from "./snapping.ts"
import { TileLayer, type TilesState } from "./tiles/tileLayer.ts"
import type { View } from "./views/view.ts"
import type { Workspace } from "./workspace.ts"

/** Moving more marks than this is shown by their frame and the first few hundred of them. */
const LIFTED_ONE_BY_ONE = 200
const NONE: ReadonlyMap<string, number> = new Map()

export interface StageParts {
  readonly workspace: Workspace
  readonly view: View
  readonly host: HTMLElement
  readonly urls: readonly string[]
  /** Where the tiles of each asset are described; null: it is shown as it is. */
  readonly tiles: readonly (string | null)[]
  /** Whether parts of each asset may be transparent. */
  readonly clear: readonly boolean[]
  readonly onTiles: (state: TilesState) => void
  readonly onImageState: (state: ImageState) => void
  /** Of the element that changes gamma and channel. */
  readonly filterId: string
}

export class Stage {
  readonly counters = new FrameCounters()
  readonly #workspace: Workspace
  readonly #view: View
  readonly #urls: readonly string[]
  readonly #filterId: string
  readonly #tileUrls: readonly (string | null)[]
  readonly #clear: readonly boolean[]
  readonly #ground: GroundLayer
  readonly #image: ImageLayer
  readonly tiles: TileLayer
  readonly #marks: MarksLayer
  readonly #swipe: SwipeLayer
  readonly #links: LinksLayer
  readonly #live: LiveLayer
  readonly #look: ClassLook
  readonly #submitted: ReviewLayers | null
  readonly #stop: (() => void)[] = []
  /** Slots of the marks that the still picture is without. */
  #lifted: ReadonlyMap<string, number> = NONE
  /** What they were made of. While it is the same, nothing has to be looked up. */
  #liftedFor: readonly unknown[] = []
  #asset = -1
  #requested = 0
  #isLiveDue = true
  #pointedOut: readonly Box[] = []
  #selectionFrame: Box | null = null
  /** What is hidden, as it was drawn last. */
  #seen: readonly unknown[] = []

  constructor({ workspace, view, host, urls, tiles, clear, onImageState, onTiles, filterId }: StageParts) {
    const { session, settings, review } = workspace
    this.#workspace = workspace
    this.#view = view
    this.#urls = urls
    this.#tileUrls = tiles
    this.#filterId = filterId
    this.#look = new ClassLook(session.vocabulary)
    this.#submitted = review && new ReviewLayers(review, session.vocabulary)
    this.#clear = clear
    this.#ground = new GroundLayer(host)
    this.#image = new ImageLayer(host, (state) => {
      onImageState(state)
      this.#request()
    })
    this.tiles = new TileLayer(host, () => this.#request(), onTiles)
    const onSlice = (painted: number, script_ms: number) => this.counters.noteBetween(painted, script_ms)
    this.#marks = new MarksLayer(host, onSlice)
    this.#swipe = new SwipeLayer(host, onSlice)
    this.#links = new LinksLayer(host)
    this.#live = new LiveLayer(host)
    this.#stop.push(
      view.topics.on("viewport", () => this.#request()),
      view.topics.on("turn", () => this.#fitCanvases()),
      workspace.views.topics.on("layout", () => this.#viewChanged()),
      workspace.topics.on("live", () => this.#liveChanged()),
      settings.topics.on("settings", () => {
        if (this.#marks.fill !== settings.values.fill) {
          this.#marks.fill = settings.values.fill
          this.#marks.invalidate()
        }
        if (this.#marks.opacity !== settings.values.opacity) {
          this.#marks.opacity = settings.values.opacity
          this.#marks.invalidate()
        }
        this.#swipe.look(settings.values.fill, settings.values.opacity)
        this.#request()
      }),
      session.topics.on("selection", () => this.#selectionChanged()),
      session.topics.on("view", () => this.#viewChanged()),
      session.store.subscribe((diff) => {
        for (const { before, after } of diff.values()) {
          this.#changed(before?.type === "mark" ? before.mark : null, after?.type === "mark" ? after.mark : null)
        }
        this.#selectionChanged()
      }),
    )
    if (review) {
      this.#stop.push(
        review.topics.on("review", () => {
          this.#pointOut()
          this.#layersChanged()
        }),
        review.swipe.topics.on("pair", () => this.#layersChanged()),
        review.swipe.topics.on("at", () => this.#swipe.cut(review.swipe.at)),
      )
    }
    if (workspace.work) this.#stop.push(workspace.work.topics.on("phase", () => this.#request()))
    this.#marks.fill = settings.values.fill
    this.#marks.opacity = settings.values.opacity
    this.#viewChanged()
    if (view.pane.width > 0) this.#fitCanvases()
  }

  #fitCanvases(): void {
    const { size, density } = this.#view
    this.tiles.resize(size, density)
    this.#marks.resize(size, density)
    this.#swipe.resize(size, density)
    this.#links.resize(size, density)
    this.#live.resize(size, density)
    // A canvas that was given another size is blank; waiting for the next frame would show it so.
    this.#draw()
  }

  /** Whether the marks on screen are those of the document, each in its order. */
  get isSettled(): boolean {
    return this.#requested === 0 && this.#marks.isSettled
  }

  /** The picture on screen; null while there is none. */
  get picture(): CanvasImageSource | null {
    return this.#image.picture
  }

  /** Whether something may be seen through the picture: never before it is there. */
  get #isClear(): boolean {
    const { head } = this.tiles.state
    return head ? head.alpha : this.picture !== null && this.#clear[this.#asset] !== false
  }

  retryImage(): void {
    this.#image.retry()
  }

  destroy(): void {
    cancelAnimationFrame(this.#requested)
    for (const stop of this.#stop) stop()
    this.#ground.destroy()
    this.#image.destroy()
    this.tiles.destroy()
    this.#marks.destroy()
    this.#swipe.destroy()
    this.#links.destroy()
    this.#live.destroy()
  }

  /** A mark has another version, or came (`before` is null), or went. */
  #changed(before: Mark | null, after: Mark | null): void {
    const { scene } = this.#view
    const id = (after ?? before)?.id ?? ""
    const slot = scene.slotOf(id)
    for (const mark of [before, after]) {
      const box = mark && this.#placeOf(mark)
      if (box) this.#swipe.invalidate(box)
      // The still picture is without it before and after.
      if (box && mark === before && !this.#lifted.has(id)) this.#marks.invalidate(box)
    }
    if (after && slot !== undefined && !scene.isLifted(slot)) this.#marks.lay(slot)
  }

  /** Where a mark lies on the asset on screen; null if it has no place there. */
  #placeOf(mark: Mark): Box | null {
    const kind = placedKind(mark.kind)
    return kind && mark.asset === this.#asset ? kind.bounds(mark.geometry) : null
  }

  #request(): void {
    this.#isLiveDue = true
    if (this.#requested === 0) this.#requested = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    cancelAnimationFrame(this.#requested)
    this.#requested = 0
    const began = performance.now()
    const { settings } = this.#workspace
    const { view, image, size } = this.#view
    const filter = filterOf(settings.values, this.#filterId)
    this.#image.frame(view, filter)
    this.tiles.frame(view, filter)
    this.#image.isCovered = this.tiles.isOpaque
    this.#ground.frame(this.#isClear ? placeOf(view, image, size) : null, settings.values.ground)
    const isSwiped = this.#swipe.frame(view)
    const isDone = this.#marks.frame(view) && isSwiped
    if (this.#isLiveDue) this.#drawLive()
    else this.#live.painted = 0
    this.#isLiveDue = false
    this.counters.note(performance.now() - began, this.#marks.painted, this.#live.painted)
    if (!isDone && this.#requested === 0) this.#requested = requestAnimationFrame(() => this.#draw())
  }

  #drawLive(): void {
    const { session, hovered, settings, canEdit, activePoint, snapping, isCoarse } = this.#workspace
    const { linker } = this.#workspace
    const { view, scene, turn } = this.#view
    const { selection, vocabulary } = session
    const isInHand = this.#workspace.views.inHand === this.#view
    // A gesture belongs to the view in hand.
    const sketched = isInHand ? this.#workspace.sketched : null
    this.#links.frame({ view, scene, vocabulary, linker, sketch: sketched, selection, turn })
    this.#live.frame({
      view,
      scene,
      look: this.#look,
      vocabulary: session.vocabulary,
      hovered,
      selection: session.selection,
      locked: session.locked,
      sketch: sketched,
      fill: settings.values.fill,
      classInHand: session.classInHand,
      labels: settings.values.labels,
      canEdit: canEdit && isInHand,
      point: isInHand ? activePoint : null,
      pointedOut: this.#pointedOut,
      turn,
      snap: isInHand ? snapping.hint : null,
      guides: isInHand ? snapping.guides : NO_GUIDES,
      isCoarse,
      selectionFrame: this.#selectionFrame,
      joints: this.#workspace.joints,
    })
  }

  #liveChanged(): void {
    this.#lift()
    this.#request()
  }

  /**
   * Takes out of the still picture what is drawn over it anyhow: the one selected mark, and all that a gesture has in
   * hand. A gesture then begins and ends without a change of the still picture.
   */
  #lift(): void {
    const { session, sketched, review } = this.#workspace
    const { scene } = this.#view
    const { selection, locked } = session
    const isInHand = sketched?.shift !== undefined || sketched?.changed !== undefined
    const isLifted = isInHand || (selection.size === 1 && !review?.swipe.pair)
    const liftedFor = isLifted ? [selection, locked, scene.orderVersion] : []
    if (liftedFor.length === this.#liftedFor.length && liftedFor.every((each, i) => each === this.#liftedFor[i])) return
    this.#liftedFor = liftedFor
    const lifted = new Map<string, number>()
    for (const id of isLifted ? selection : []) {
      const slot = locked.has(id) ? undefined : scene.slotOf(id)
      if (slot !== undefined) lifted.set(id, slot)
    }
    const back = [...this.#lifted].filter(([id, slot]) => !lifted.has(id) && scene.slotOf(id) === slot)
    const taken = [...lifted.values()].filter((slot) => !scene.isLifted(slot))
    this.#lifted = lifted
    for (const [, slot] of back) scene.lift(slot, false)
    for (const slot of taken) scene.lift(slot, true)
    const count = back.length + taken.length
    if (count > 0) this.#swipe.invalidate()
    if (count > LIFTED_ONE_BY_ONE) this.#marks.invalidate()
    else {
      for (const [, slot] of back) this.#marks.lay(slot)
      for (const slot of taken) this.#marks.invalidate(scene.boundsAt(slot))
    }
  }

  #selectionChanged(): void {
    const { session } = this.#workspace
    const { scene } = this.#view
    const boxes = session.selection.size < 2 ? [] : [...session.selection].flatMap((id) => scene.boundsOf(id) ?? [])
    this.#selectionFrame = boxes.length > 1 ? unionOf(boxes) : null
    this.#lift()
    this.#request()
  }

  #viewChanged(): void {
    const { hidden, hiddenClasses, scoreMin } = this.#workspace.session
    const { asset } = this.#view
    const seen = [hidden, hiddenClasses, scoreMin]
    const isSame = asset === this.#asset && seen.every((each, i) => each === this.#seen[i])
    this.#seen = seen
    if (asset !== this.#asset) {
      this.#asset = asset
      this.#lifted = NONE
      this.#liftedFor = []
      this.#submitted?.showAsset(asset)
      this.#pointOut()
      this.#image.show(this.#urls[asset] ?? "", this.#view.image)
      this.tiles.show(this.#tileUrls[asset] ?? null)
    }
    this.#lift()
    // Another view was taken in hand: what lies still here stays as it is drawn.
    if (isSame) this.#request()
    else this.#layersChanged()
  }

  /** Where submissions differ here. */
  #pointOut(): void {
    const { box, asset } = this.#workspace.review?.currentDifference ?? { box: null, asset: 0 }
    this.#pointedOut = box && asset === this.#view.asset ? [box] : []
  }

  #layersChanged(): void {
    const { review } = this.#workspace
    const { scene } = this.#view
    const own = { scene, look: this.#look, isShown: true }
    const swiped = review?.swipe.pair
    this.#lift()
    this.#marks.strata = swiped ? [] : [...(this.#submitted?.strata ?? []), own]
    const stratumOf = ({ id }: Version) => this.#submitted?.stratumOf(id) ?? own
    this.#swipe.show(swiped ? [stratumOf(swiped[0]), stratumOf(swiped[1])] : null)
    this.#swipe.look(this.#marks.fill, this.#marks.opacity)
    this.#swipe.cut(review?.swipe.at ?? 0)
    this.#marks.invalidate()
    this.#request()
  }
}
