import { describe, expect, it } from "vitest"
import { type Annotation, EMPTY_ANNOTATION, fullMark, type WireMark } from "./annotation.ts"
import { kindTable } from "./kind.ts"
import { type Ontology, Vocabulary } from "./ontology.ts"
import { errorsOf, FAULTS_MAX, Validator } from "./validation.ts"

const ontology: Ontology = {
  classes: [
    {
      id: "car",
      name: "Car",
      color: "#000000",
      marks: ["tag"],
      min_count: 1,
      max_count: 2,
      attributes: [
        { id: "view", name: "View", kind: "single", required: true, options: [{ id: "front", name: "Front" }] },
        { id: "why", name: "Why", kind: "text", required: true, when: { field: "view", is: "front" } },
      ],
    },
    { id: "dog", name: "Dog", color: "#000000", marks: ["box"] },
  ],
  questions: [{ id: "ok", name: "OK?", kind: "boolean", required: true }],
  links: [{ id: "owns", name: "Owns" }],
}
const tag = kindTable([{ id: "tag", title: "Tag", isPlaced: false, isTag: true, words: () => "", problems: () => [] }])
const validator = () => new Validator(new Vocabulary(ontology), tag, [{ width: 10, height: 10 }])

const good: WireMark = { id: "m1", kind: "tag", class: "car", attributes: { view: "front", why: "seen" } }

function codes(marks: WireMark[], more: Partial<Annotation> = {}): string[] {
  const document = { ...EMPTY_ANNOTATION, answers: { ok: true }, marks: marks.map(fullMark), ...more }
  return validator()
    .faults(document)
    .map((fault) => `${fault.code} ${fault.path}`)
}

describe("Validator", () => {
  it("finds nothing wrong with a good document", () => expect(codes([good])).toEqual([]))
  it("wants required attributes that are asked, and no others", () => {
    expect(codes([{ ...good, attributes: {} }])).toEqual(["required /marks/0/attributes/view"])
    expect(codes([{ ...good, attributes: { view: "front", why: " " } }])).toEqual(["required /marks/0/attributes/why"])
  })
  it("only warns of values that are not asked", () => {
    const document = {
      ...EMPTY_ANNOTATION,
      answers: { ok: true },
      marks: [fullMark({ ...good, attributes: { why: "x" } })],
    }
    const faults = validator().faults(document)
    expect(faults.map((fault) => fault.code)).toEqual(["hidden_value", "required"])
    expect(errorsOf(faults).map((fault) => fault.code)).toEqual(["required"])
  })
  it("counts classes", () => {
    expect(codes([])).toEqual(["too_few /marks"])
    expect(codes([good, { ...good, id: "m2" }, { ...good, id: "m3" }])).toEqual(["too_many /marks"])
  })
  it("knows classes, kinds, assets and ids", () => {
    expect(codes([good, { ...good, id: "m2", class: "cat" }])).toEqual(["unknown_class /marks/1/class"])
    expect(codes([good, { ...good, id: "m2", class: "dog", attributes: {} }])).toEqual([
      "kind_not_allowed /marks/1/kind",
    ])
    expect(codes([good, { ...good, id: "m2", class: "dog", kind: "box", attributes: {} }])).toEqual([
      "unknown_kind /marks/1/kind",
    ])
    expect(codes([good, { ...good, id: "m2", asset: 3 }])).toEqual(["unknown_asset /marks/1/asset"])
    expect(codes([good, good])).toEqual(["duplicate_id /marks/1/id"])
  })
  it("wants required answers, and escapes odd ids in paths", () => {
    expect(codes([good], { answers: {} })).toEqual(["required /answers/ok"])
    expect(codes([good], { answers: { ok: true, "a/b~c": 1 } })).toEqual(["unknown_question /answers/a~1b~0c"])
  })
  it("wants links between marks that are there", () => {
    const links = [{ id: "l", type: "eats", from: "m1", to: "gone" }]
    expect(codes([good], { links })).toEqual(["missing_end /links/0/to", "unknown_link_type /links/0/type"])
  })
  it("stops at its limit", () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ ...good, id: `m${i}`, class: "cat" }))
    expect(codes(many)).toHaveLength(FAULTS_MAX)
  })
})
