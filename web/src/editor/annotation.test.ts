import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Annotation, readAnnotation, writeAnnotation } from "./annotation.ts"

const value = fc.oneof(fc.boolean(), fc.double({ noNaN: true }), fc.string(), fc.array(fc.string(), { maxLength: 3 }))
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/)
const mark = fc.record({
  id: fc.uuid(),
  kind: fc.constantFrom("box", "tag", "kind-of-tomorrow"),
  class: name,
  geometry: fc.dictionary(name, fc.double({ noNaN: true }), { maxKeys: 4 }),
  attributes: fc.dictionary(name, value, { maxKeys: 3 }),
  asset: fc.nat(3),
  z: fc.integer({ min: -9, max: 9 }),
  source: fc.constantFrom("human" as const, "prediction" as const),
})
const making = fc.constantFrom(
  {},
  { made: { by: "scissors" } },
  { made: { by: "model", model: "discs", version: "2.1", corrected: true } },
)
const anyMark = fc.tuple(mark, making).map(([each, made]) => ({ ...each, ...made }))
const annotation: fc.Arbitrary<Annotation> = fc.record({
  version: fc.constant(1),
  marks: fc.uniqueArray(anyMark, { selector: (each) => each.id, maxLength: 8 }),
  answers: fc.dictionary(name, value, { maxKeys: 4 }),
  links: fc.uniqueArray(fc.record({ id: name, type: name, from: name, to: name }), {
    selector: (each) => each.id,
    maxLength: 3,
  }),
})

describe("readAnnotation and writeAnnotation", () => {
  it("give back any document as it was, marks of unknown kinds too", () => {
    fc.assert(
      fc.property(annotation, (each) => {
        expect(writeAnnotation(readAnnotation(each))).toEqual(each)
      }),
    )
  })

  it("write out the defaults that others leave out", () => {
    const [record] = readAnnotation({ marks: [{ id: "m", kind: "tag", class: "night", score: null }] })
    expect(record).toEqual({
      key: "mark:m",
      type: "mark",
      order: 0,
      mark: { id: "m", kind: "tag", class: "night", geometry: {}, attributes: {}, asset: 0, z: 0, source: "human" },
    })
  })

  it("refuse a document of a later version instead of losing half of it", () => {
    expect(() => readAnnotation({ version: 2 })).toThrow(RangeError)
  })
})
