/** What may be said about an item, as the server writes it (`fairmark.ontology.model`), and quick ways to look it up. */

/** What a field can hold. Absent means unanswered; null is never written. Dates are YYYY-MM-DD. */
export type FieldValue = boolean | number | string | readonly string[]
export type FieldValues = Readonly<Record<string, FieldValue>>

export type FieldKind = "single" | "multiple" | "boolean" | "text" | "number" | "scale" | "date"

export interface Option {
  readonly id: string
  readonly name: string
  readonly key?: string | null
}

/** Exactly one of `all`, `any`, `not` (a group) or `field` (a test with `is` or `in`) is set. */
export interface When {
  readonly all?: readonly When[] | null
  readonly any?: readonly When[] | null
  readonly not?: When | null
  readonly field?: string | null
  readonly is?: FieldValue | null
  readonly in?: readonly string[] | null
}

/** An attribute of a mark, or a question about the item: the same thing in two places. */
export interface Field {
  readonly id: string
  readonly name: string
  readonly kind: FieldKind
  readonly options?: readonly Option[]
  readonly required?: boolean
  readonly default?: FieldValue | null
  readonly when?: When | null
  readonly help?: string
  readonly min?: number | null
  readonly max?: number | null
  readonly step?: number | null
  readonly pattern?: string | null
}

/** How small marks of one kind may be, in pixels along the sides they are drawn with, and how many points they have. */
export interface MarkLimits {
  readonly min_width?: number
  readonly min_height?: number
  readonly min_points?: number
  readonly max_points?: number | null
}

/** One named point of a skeleton: x and y in the default pose, 0 to 1; sigma for object keypoint similarity. */
export interface SkeletonPoint {
  readonly id: string
  readonly name: string
  readonly x: number
  readonly y: number
  readonly sigma?: number | null
}

/** What marks of kind "skeleton" are made of; edges and pairs name points by their ids. */
export interface Skeleton {
  readonly points: readonly SkeletonPoint[]
  readonly edges?: readonly (readonly [string, string])[]
  readonly mirrored?: readonly (readonly [string, string])[]
}

/** A skeleton by the numbers of its points: what drawing and swapping go by. */
export interface Joints {
  readonly names: readonly string[]
  readonly places: readonly (readonly [x: number, y: number])[]
  readonly edges: readonly (readonly [number, number])[]
  /** What each point changes places with when left and right are swapped: itself, if it has no partner. */
  readonly partners: readonly number[]
}

export interface ItemClass {
  readonly id: string
  readonly name: string
  /** sRGB, lower-case hex: #1f77b4. */
  readonly color: string
  readonly marks: readonly string[]
  readonly key?: string | null
  readonly attributes?: readonly Field[]
  readonly parent?: string | null
  readonly help?: string
  readonly min_count?: number
  readonly max_count?: number | null
  /** By mark kind. */
  readonly limits?: Readonly<Record<string, MarkLimits>>
  /** False for stuff: at most one mask of it on each image. */
  readonly instances?: boolean
  /** Which points its skeletons have. */
  readonly skeleton?: Skeleton | null
}

/** How the masks of an image lie with one another: the same words as in `fairmark.ontology.model`. */
export interface Layers {
  /** `forbidden`: no pixel belongs to two masks. */
  readonly overlap?: "allowed" | "forbidden"
  /** Every pixel belongs to a mask. */
  readonly whole?: boolean
}

export interface LinkType {
  readonly id: string
  readonly name: string
  readonly from?: readonly string[]
  readonly to?: readonly string[]
  readonly directed?: boolean
}

/** Rules on finished work that a project may loosen or sharpen, by the codes of their faults. */
export type Rule =
  | "required"
  | "too_few"
  | "too_many"
  | "below_limit"
  | "too_few_points"
  | "too_many_points"
  | "not_whole"
  | "duplicate_mark"

/** What a fault does: keeps work from being handed in, is shown first, or is nothing. */
export type Strictness = "error" | "warning" | "ignore"

export type Strictnesses = Readonly<Partial<Record<Rule, Strictness>>>

export interface Ontology {
  readonly version?: number
  readonly classes?: readonly ItemClass[]
  readonly questions?: readonly Field[]
  readonly links?: readonly LinkType[]
  readonly layers?: Layers
  /** Not named: a mark that is there twice is a warning, everything else an error. */
  readonly strictness?: Strictnesses
}

/** An ontology with its classes and fields within reach by id. Built once per editor. */
export class Vocabulary {
  readonly classes: readonly ItemClass[]
  readonly questions: readonly Field[]
  readonly linkTypes: readonly LinkType[]
  readonly layers: Required<Layers>
  readonly strictness: Strictnesses
  readonly #classById: ReadonlyMap<string, ItemClass>
  readonly #questionById: ReadonlyMap<string, Field>
  readonly #jointsByClass: ReadonlyMap<string, Joints>

  constructor(ontology: Ontology) {
    this.classes = ontology.classes ?? []
    this.questions = ontology.questions ?? []
    this.linkTypes = ontology.links ?? []
    this.layers = { overlap: "allowed", whole: false, ...ontology.layers }
    this.strictness = ontology.strictness ?? {}
    this.#classById = new Map(this.classes.map((each) => [each.id, each]))
    this.#questionById = new Map(this.questions.map((each) => [each.id, each]))
    this.#jointsByClass = new Map(
      this.classes.flatMap(({ id, skeleton }) => (skeleton ? [[id, jointsOf(skeleton)] as const] : [])),
    )
  }

  classOf(id: string): ItemClass | undefined {
    return this.#classById.get(id)
  }

  /** The skeleton of a class; undefined if it has none. */
  jointsOf(classId: string): Joints | undefined {
    return this.#jointsByClass.get(classId)
  }

  question(id: string): Field | undefined {
    return this.#questionById.get(id)
  }

  /** The attributes that marks of this class carry; none for an unknown class. */
  attributesOf(classId: string): readonly Field[] {
    return this.#classById.get(classId)?.attributes ?? []
  }

  /** The classes that marks of `kind` may take, in the ontology's order. */
  classesFor(kind: string): readonly ItemClass[] {
    return this.classes.filter((each) => each.marks.includes(kind))
  }
}

/** A skeleton by numbers; edges and pairs of points that it does not have are left out. */
export function jointsOf({ points, edges = [], mirrored = [] }: Skeleton): Joints {
  const numbers = new Map(points.map(({ id }, i) => [id, i]))
  const known = (pairs: readonly (readonly [string, string])[]) =>
    pairs.flatMap(([from, to]) => {
      const [a, b] = [numbers.get(from), numbers.get(to)]
      return a === undefined || b === undefined ? [] : [[a, b] as const]
    })
  const partners = points.map((_, i) => i)
  for (const [left, right] of known(mirrored)) {
    partners[left] = right
    partners[right] = left
  }
  return {
    names: points.map(({ name }) => name),
    places: points.map(({ x, y }) => [x, y] as const),
    edges: known(edges),
    partners,
  }
}
