/** The examples that the server's tests read too: both sides find the same faults in the same geometry. */

import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { fullMark, type WireAnnotation } from "#editor/annotation.ts"
import { type Layers, type Ontology, type Strictnesses, Vocabulary } from "#editor/ontology.ts"
import { classProblems, Validator } from "#editor/validation.ts"
import type { Size } from "#geometry/box.ts"
import { imageKinds } from "./table.ts"

interface Example {
  readonly name: string
  readonly media: readonly Size[]
  readonly annotation: WireAnnotation
  readonly faults?: readonly { readonly code: string; readonly path: string }[]
}

const FOLDER = resolve(import.meta.dirname, "../../../../../src/fairmark/modalities/image/fixtures")

function examples<T = Example[]>(name: string): T {
  return JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), "utf-8"))
}

const vocabulary = new Vocabulary(examples<Ontology>("ontology"))

/** Codes of the faults in the geometry of marks of known kinds, by the number of the mark. */
function geometryFaults({ annotation, media }: Example): string[] {
  return (annotation.marks ?? []).flatMap((wire, i) => {
    const mark = fullMark(wire)
    const image = media[mark.asset]
    const kind = imageKinds.get(mark.kind)
    const itemClass = vocabulary.classOf(mark.class)
    const problems = image && kind ? [...kind.problems(mark.geometry, image)] : []
    if (kind && itemClass && problems.length === 0) {
      problems.push(...classProblems(kind, mark, itemClass).map((problem) => ({ ...problem, path: "" })))
    }
    return problems.map(({ code }) => `${code} ${i}`)
  })
}

/** A number beyond all positions is no number to the editor. */
const LIKE: Readonly<Record<string, string>> = { not_finite: "bad_geometry" }

interface Layered {
  readonly ontology: Ontology
  readonly examples: readonly (Example & { readonly layers: Layers })[]
}

describe("layers", () => {
  const { ontology, examples: layered } = examples<Layered>("layers")
  it.each(layered.map((each) => [each.name, each] as const))("%s", (_, { layers, media, annotation, faults }) => {
    const validator = new Validator(new Vocabulary({ ...ontology, layers }), imageKinds, media)
    const marks = (annotation.marks ?? []).map(fullMark)
    const found = validator.faults({ version: 1, marks, answers: {}, links: [] })
    expect(found.map(({ code, path }) => ({ code, path, severity: "error" }))).toEqual(faults)
  })
})

interface Ruled {
  readonly ontology: Ontology
  readonly examples: readonly (Example & { readonly strictness: Strictnesses })[]
}

describe("rules", () => {
  const { ontology, examples: ruled } = examples<Ruled>("rules")
  it.each(ruled.map((each) => [each.name, each] as const))("%s", (_, { strictness, media, annotation, faults }) => {
    const validator = new Validator(new Vocabulary({ ...ontology, strictness }), imageKinds, media)
    const marks = (annotation.marks ?? []).map(fullMark)
    const found = validator.faults({ version: 1, marks, answers: annotation.answers ?? {}, links: [] })
    const told = found.map(({ code, path, severity = "error" }) => ({ code, path, severity }))
    const inOrder = (all: readonly unknown[]) => all.map((each) => JSON.stringify(each)).toSorted()
    expect(inOrder(told)).toEqual(inOrder(faults ?? []))
  })
})

describe("good examples", () => {
  it.each(examples("good").map((each) => [each.name, each] as const))("%s", (_, example) => {
    expect(geometryFaults(example)).toEqual([])
  })
})

describe("bad examples", () => {
  it.each(examples("bad").map((each) => [each.name, each] as const))("%s", (_, example) => {
    const wanted = (example.faults ?? []).flatMap(({ code, path }) => {
      const place = /^\/marks\/(\d+)\/geometry/.exec(path)
      return place ? [`${code} ${place[1]}`] : []
    })
    const found = geometryFaults(example)
    const plain = (each: string) => each.replace(/^\w+/, (code) => LIKE[code] ?? code)
    expect(found.map(plain)).toEqual(wanted.map(plain))
  })
})
