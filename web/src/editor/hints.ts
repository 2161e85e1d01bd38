/**
 * What the customer wants shown beside an item, or kept as it is: `editor` in the item's own data (docs/guides/data.md).
 * It comes from outside, so whatever does not fit is passed over.
 */

/** A line or closed outline to look at, in image pixels. */
export interface Outline {
  readonly label: string
  readonly points: readonly (readonly [number, number])[]
  readonly closed: boolean
}

/** What may not be done: `add` to the document at all, the rest to the marks of `marks`. */
export interface Locks {
  readonly marks: ReadonlySet<string>
  readonly add: boolean
  readonly edit: boolean
  readonly delete: boolean
  readonly relabel: boolean
}

export interface Hints {
  readonly layers: readonly Outline[]
  readonly locks: Locks
  /** Assets that are there to be looked at only, by index. */
  readonly references: ReadonlySet<number>
  /** Assets that hold the address of something to be opened elsewhere. */
  readonly opens: ReadonlySet<number>
  /** What to do with this item, beside the guideline. */
  readonly note: string
}

export const NO_HINTS: Hints = {
  layers: [],
  locks: { marks: new Set(), add: false, edit: false, delete: false, relabel: false },
  references: new Set(),
  opens: new Set(),
  note: "",
}

type Loose = Readonly<Record<string, unknown>>

function object(value: unknown): Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function indexes(value: unknown): ReadonlySet<number> {
  return new Set(list(value).filter((each): each is number => Number.isInteger(each)))
}

function isPoint(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each))
}

/** The hints in an item's own data. */
export function readHints(meta: unknown): Hints {
  const { layers, locks, references, opens, note } = object(object(meta).editor)
  const held = object(locks)
  return {
    layers: list(layers).map((each) => {
      const { label, points, closed } = object(each)
      return { label: String(label ?? ""), points: list(points).filter(isPoint), closed: closed === true }
    }),
    locks: {
      marks: new Set(list(held.marks).map(String)),
      add: held.add === true,
      edit: held.edit === true,
      delete: held.delete === true,
      relabel: held.relabel === true,
    },
    references: indexes(references),
    opens: indexes(opens),
    note: typeof note === "string" ? note : "",
  }
}
