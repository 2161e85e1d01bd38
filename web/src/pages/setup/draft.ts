/** An ontology while it is being built: plain, changeable, each thing with a key of its own that the screen goes by. */

import type {
  Field,
  FieldKind,
  FieldValue,
  ItemClass,
  Layers,
  LinkType,
  MarkLimits,
  Ontology,
  Rule,
  Strictness,
  When,
} from "#editor/ontology.ts"
import { nextColour } from "#parts/colour.ts"
import { type DraftSkeleton, skeletonDraft, skeletonOf } from "./skeletonDraft.ts"

export interface DraftOption {
  uid: string
  id: string
  name: string
  key: string
}

export interface DraftField {
  uid: string
  id: string
  name: string
  kind: FieldKind
  options: DraftOption[]
  required: boolean
  default: FieldValue | null
  when: When | null
  help: string
  min: number | null
  max: number | null
  step: number | null
  pattern: string
}

export interface DraftClass {
  uid: string
  id: string
  name: string
  color: string
  marks: string[]
  key: string
  attributes: DraftField[]
  parent: string
  help: string
  min_count: number | null
  max_count: number | null
  /** By mark kind; kept for kinds that are taken out, and left out of the document. */
  limits: NonNullable<ItemClass["limits"]>
  /** False: one mask of it at most on each image. */
  instances: boolean
  skeleton: DraftSkeleton
}

export interface DraftLink {
  uid: string
  id: string
  name: string
  /** Ids of classes; none: any. */
  from: string[]
  to: string[]
  directed: boolean
}

export interface Draft {
  classes: DraftClass[]
  questions: DraftField[]
  /** How marks may be related. */
  links: DraftLink[]
  /** How masks lie with one another. */
  layers: { overlap: NonNullable<Layers["overlap"]>; whole: boolean }
  /** How strict the rules are that finished work is held against. */
  strictness: Record<Rule, Strictness>
}

export const USUAL_STRICTNESS: Readonly<Record<Rule, Strictness>> = {
  required: "error",
  too_few: "error",
  too_many: "error",
  below_limit: "error",
  too_few_points: "error",
  too_many_points: "error",
  not_whole: "error",
  duplicate_mark: "warning",
}

/** The rules that an ontology has something to hold against. */
export function relevantRules({ classes, questions, layers }: Draft): Rule[] {
  const fields = [...questions, ...classes.flatMap(({ attributes }) => attributes)]
  const limits = classes.flatMap((each) => Object.values(each.limits))
  const has: Readonly<Record<Rule, boolean>> = {
    required: fields.some(({ required }) => required),
    too_few: classes.some(({ min_count }) => (min_count ?? 0) > 0),
    too_many: classes.some(({ max_count }) => max_count !== null),
    below_limit: limits.some(({ min_width = 0, min_height = 0 }) => min_width > 0 || min_height > 0),
    too_few_points: limits.some(({ min_points = 0 }) => min_points > 0),
    too_many_points: limits.some(({ max_points }) => typeof max_points === "number"),
    not_whole: layers.whole,
    duplicate_mark: classes.length > 0,
  }
  return (Object.keys(has) as Rule[]).filter((rule) => has[rule])
}

let lastUid = 0
export const newUid = (): string => `u${++lastUid}`

/** What a wire document says, ready to be changed. */
export function draftOf(ontology: Ontology): Draft {
  return {
    classes: (ontology.classes ?? []).map((one) => ({
      uid: newUid(),
      id: one.id,
      name: one.name,
      color: one.color,
      marks: [...one.marks],
      key: one.key ?? "",
      attributes: (one.attributes ?? []).map(fieldDraft),
      parent: one.parent ?? "",
      help: one.help ?? "",
      min_count: one.min_count || null,
      max_count: one.max_count ?? null,
      limits: one.limits ?? {},
      instances: one.instances ?? true,
      skeleton: skeletonDraft(one.skeleton, newUid),
    })),
    questions: (ontology.questions ?? []).map(fieldDraft),
    links: (ontology.links ?? []).map(({ id, name, from = [], to = [], directed = true }) => ({
      uid: newUid(),
      id,
      name,
      from: [...from],
      to: [...to],
      directed,
    })),
    layers: { overlap: "allowed", whole: false, ...ontology.layers },
    strictness: { ...USUAL_STRICTNESS, ...ontology.strictness },
  }
}

function fieldDraft(field: Field): DraftField {
  return {
    uid: newUid(),
    id: field.id,
    name: field.name,
    kind: field.kind,
    options: (field.options ?? []).map(({ id, name, key }) => ({ uid: newUid(), id, name, key: key ?? "" })),
    required: field.required ?? false,
    default: field.default ?? null,
    when: field.when ?? null,
    help: field.help ?? "",
    min: field.min ?? null,
    max: field.max ?? null,
    step: field.step ?? null,
    pattern: field.pattern ?? "",
  }
}

/** The wire document of a draft: what equals the default is left out, and so is what the kind of a field has no use for. */
export function ontologyOf(draft: Draft): Ontology {
  return {
    version: 1,
    classes: draft.classes.map(
      (one): ItemClass => ({
        id: one.id,
        name: one.name.trim(),
        color: one.color,
        marks: [...one.marks],
        ...(one.key ? { key: one.key } : {}),
        ...(one.attributes.length > 0 ? { attributes: one.attributes.map(fieldOf) } : {}),
        ...(one.parent ? { parent: one.parent } : {}),
        ...(one.help.trim() ? { help: one.help.trim() } : {}),
        ...(one.min_count ? { min_count: one.min_count } : {}),
        ...(one.max_count === null ? {} : { max_count: one.max_count }),
        ...limitsOf(one),
        ...(one.instances || !one.marks.includes("mask") ? {} : { instances: false }),
        ...(one.marks.includes("skeleton") ? { skeleton: skeletonOf(one.skeleton) } : {}),
      }),
    ),
    questions: draft.questions.map(fieldOf),
    links: draft.links.map(linkOf),
    ...layersOf(draft),
    ...strictnessOf(draft),
  }
}

function linkOf({ id, name, from, to, directed }: DraftLink): LinkType {
  return {
    id,
    name: name.trim(),
    ...(from.length > 0 ? { from: [...from] } : {}),
    ...(to.length > 0 ? { to: [...to] } : {}),
    ...(directed ? {} : { directed }),
  }
}

export function newLink(name: string, among: readonly DraftLink[]): DraftLink {
  const taken = among.map(({ id }) => id)
  return { uid: newUid(), id: idFrom(name, taken, "relation"), name, from: [], to: [], directed: true }
}

/** Mark kinds that are as wide and high as they are drawn, and those that are made of points. */
export const hasSides = (kind: string): boolean => !["points", "polyline", "skeleton", "tag"].includes(kind)
export const hasPoints = (kind: string): boolean => ["points", "polygon", "polyline", "skeleton"].includes(kind)

/** Limits with one member set; null or 0 takes it out, and a kind without any goes too. */
export function withLimit(
  limits: DraftClass["limits"],
  kind: string,
  member: keyof MarkLimits,
  value: number | null,
): DraftClass["limits"] {
  const { [member]: _, ...rest } = limits[kind] ?? {}
  const own = value ? { ...rest, [member]: value } : rest
  const { [kind]: __, ...others } = limits
  return Object.keys(own).length > 0 ? { ...others, [kind]: own } : others
}

/** What is not as usual. */
function strictnessOf({ strictness }: Draft): Pick<Ontology, "strictness"> {
  const other = Object.entries(strictness).filter(([rule, how]) => how !== USUAL_STRICTNESS[rule as Rule])
  return other.length > 0 ? { strictness: Object.fromEntries(other) } : {}
}

/** The limits of the kinds that a class still takes. */
function limitsOf({ limits, marks }: DraftClass): Pick<ItemClass, "limits"> {
  const kept = Object.entries(limits).filter(([kind]) => marks.includes(kind))
  return kept.length > 0 ? { limits: Object.fromEntries(kept) } : {}
}

/** The rules for masks, where there are masks and rules. */
function layersOf({ classes, layers }: Draft): Pick<Ontology, "layers"> {
  const hasRules = layers.overlap === "forbidden" || layers.whole
  if (!hasRules || !classes.some(({ marks }) => marks.includes("mask"))) return {}
  return {
    layers: {
      ...(layers.overlap === "forbidden" ? { overlap: layers.overlap } : {}),
      ...(layers.whole ? { whole: true } : {}),
    },
  }
}

export const hasOptions = (kind: FieldKind): boolean => kind === "single" || kind === "multiple"
export const hasBounds = (kind: FieldKind): boolean => ["number", "scale", "text", "multiple"].includes(kind)
export const hasStep = (kind: FieldKind): boolean => kind === "number" || kind === "scale"

function fieldOf(field: DraftField): Field {
  const { id, kind, required, min, max, step } = field
  return {
    id,
    name: field.name.trim(),
    kind,
    ...(hasOptions(kind)
      ? {
          options: field.options.map((one) => ({
            id: one.id,
            name: one.name.trim(),
            ...(one.key ? { key: one.key } : {}),
          })),
        }
      : {}),
    ...(required ? { required } : {}),
    ...(field.default === null ? {} : { default: field.default }),
    ...(field.when ? { when: field.when } : {}),
    ...(field.help.trim() ? { help: field.help.trim() } : {}),
    ...(hasBounds(kind) && min !== null ? { min } : {}),
    ...(hasBounds(kind) && max !== null ? { max } : {}),
    ...(hasStep(kind) && step !== null ? { step } : {}),
    ...(kind === "text" && field.pattern ? { pattern: field.pattern } : {}),
  }
}

/** An id made from a name: "Traffic light" gives traffic_light, a second one traffic_light_2. */
export function idFrom(name: string, taken: readonly string[], usual: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 56)
  const base = plain || usual
  if (!taken.includes(base)) return base
  let n = 2
  while (taken.includes(`${base}_${n}`)) n += 1
  return `${base}_${n}`
}

/** The first digit that no class has; empty once all ten are taken. */
export const nextKey = (taken: readonly string[]): string => [..."1234567890"].find((key) => !taken.includes(key)) ?? ""

export function newClass(name: string, among: readonly DraftClass[]): DraftClass {
  return {
    uid: newUid(),
    id: idFrom(
      name,
      among.map(({ id }) => id),
      "class",
    ),
    name,
    color: nextColour(among.map(({ color }) => color)),
    marks: ["box"],
    key: nextKey(among.map(({ key }) => key)),
    attributes: [],
    parent: "",
    help: "",
    min_count: null,
    max_count: null,
    limits: {},
    instances: true,
    skeleton: skeletonDraft(null, newUid),
  }
}

export function newField(name: string, among: readonly DraftField[]): DraftField {
  return {
    ...fieldDraft({
      id: idFrom(
        name,
        among.map(({ id }) => id),
        "field",
      ),
      name,
      kind: "single",
    }),
    options: [],
  }
}

export function newOption(name: string, among: readonly DraftOption[]): DraftOption {
  return {
    uid: newUid(),
    id: idFrom(
      name,
      among.map(({ id }) => id),
      "option",
    ),
    name,
    key: "",
  }
}

/** A copy with an id and a name of its own, and no key: two with one key cannot be told apart. */
export function copyOf<One extends DraftClass | DraftField>(one: One, among: readonly One[]): One {
  const name = `${one.name} copy`
  const copy = structuredClone(one)
  const fresh = {
    ...copy,
    uid: newUid(),
    name,
    id: idFrom(
      name,
      among.map(({ id }) => id),
      "copy",
    ),
  }
  return "color" in fresh
    ? { ...fresh, key: "", color: nextColour(among.map((other) => (other as DraftClass).color)) }
    : fresh
}

/** Moves list[at] by `by` places in place; the place it has then. */
export function moveBy<One>(list: One[], at: number, by: number): number {
  const to = Math.min(list.length - 1, Math.max(0, at + by))
  const [one] = list.splice(at, 1)
  if (one !== undefined) list.splice(to, 0, one)
  return to
}
