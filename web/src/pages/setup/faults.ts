/** What is wrong with a draft, while it is typed. The server checks everything; this finds what people do most. */

import { type Draft, type DraftField, hasOptions } from "./draft.ts"

export interface Fault {
  /** JSON Pointer: /classes/0/name. */
  readonly path: string
  readonly message: string
  readonly mend: string
}

export function faultsOf(draft: Draft): Fault[] {
  const found: Fault[] = []
  checkList(draft.classes, "/classes", "class", found)
  draft.classes.forEach((one, at) => {
    const path = `/classes/${at}`
    if (one.marks.length === 0)
      found.push({ path: `${path}/marks`, message: `${one.name} takes no marks.`, mend: "Choose box, tag or both." })
    if (one.max_count !== null && (one.min_count ?? 0) > one.max_count)
      found.push({
        path: `${path}/min_count`,
        message: `At least ${one.min_count} and at most ${one.max_count}: nothing fits.`,
        mend: "Lower the least or raise the most.",
      })
    if (one.marks.includes("skeleton")) {
      if (one.skeleton.points.length === 0)
        found.push({
          path: `${path}/skeleton/points`,
          message: `The skeleton of ${one.name} has no points.`,
          mend: "Start from a known one, or click into the picture to add points.",
        })
      checkList(one.skeleton.points, `${path}/skeleton/points`, "point", found)
    }
    checkFields(one.attributes, `${path}/attributes`, "attribute", found)
  })
  checkFields(draft.questions, "/questions", "question", found)
  checkList(draft.links, "/links", "relation", found)
  return found
}

function checkFields(fields: readonly DraftField[], path: string, what: string, found: Fault[]): void {
  checkList(fields, path, what, found)
  fields.forEach((field, at) => {
    const here = `${path}/${at}`
    if (hasOptions(field.kind)) {
      if (field.options.length === 0)
        found.push({
          path: `${here}/options`,
          message: `${field.name} has nothing to choose from.`,
          mend: "Add options.",
        })
      checkList(field.options, `${here}/options`, "option", found)
    }
    if (field.kind === "scale" && (field.min === null || field.max === null))
      found.push({
        path: here,
        message: `The scale ${field.name} has no ends.`,
        mend: "Give the lowest and the highest value.",
      })
    if (field.min !== null && field.max !== null && field.min > field.max)
      found.push({
        path: `${here}/min`,
        message: `The lowest (${field.min}) is above the highest (${field.max}).`,
        mend: "Swap them.",
      })
    if (field.when?.field && !fields.some(({ id }) => id === field.when?.field))
      found.push({
        path: `${here}/when`,
        message: `${field.name} waits for a field that is not there.`,
        mend: "Choose another field, or ask it always.",
      })
  })
}

interface Named {
  readonly id: string
  readonly name: string
  readonly key?: string
}

/** Names, ids and keys of one list. */
function checkList(list: readonly Named[], path: string, what: string, found: Fault[]): void {
  list.forEach((one, at) => {
    const before = list.slice(0, at)
    if (!one.name.trim())
      found.push({ path: `${path}/${at}/name`, message: `This ${what} has no name.`, mend: "Write one." })
    if (before.some(({ id }) => id === one.id))
      found.push({
        path: `${path}/${at}/id`,
        message: `Two have the id ${one.id}.`,
        mend: `Give each ${what} its own.`,
      })
    if (one.key && before.some(({ key }) => key === one.key))
      found.push({
        path: `${path}/${at}/key`,
        message: `The key ${one.key} is used twice.`,
        mend: `Give each ${what} its own.`,
      })
  })
}

/** The faults an answer carries in `fields.faults`; empty if it carries none. */
export function serverFaults(fields: Readonly<Record<string, unknown>>): Fault[] {
  const list = Array.isArray(fields.faults) ? fields.faults : []
  return list.flatMap((one: unknown) => {
    const { path, message, mend } = (one ?? {}) as Partial<Record<string, unknown>>
    return typeof path === "string" && typeof message === "string"
      ? [{ path, message, mend: typeof mend === "string" ? mend : "" }]
      : []
  })
}

/** What is wrong right at `path`, in one sentence or two. */
export function errorAt(faults: readonly Fault[], path: string): string | undefined {
  const found = faults.find((fault) => fault.path === path)
  return found && `${found.message} ${found.mend}`.trim()
}

/** How many faults lie at `path` or below it. */
export const countBelow = (faults: readonly Fault[], path: string): number =>
  faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}/`)).length
