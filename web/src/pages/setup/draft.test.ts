import { describe, expect, it } from "vitest"
import {
  copyOf,
  draftOf,
  idFrom,
  moveBy,
  newClass,
  newField,
  newLink,
  nextKey,
  ontologyOf,
  relevantRules,
  withLimit,
} from "./draft.ts"

const ontology = {
  version: 1,
  classes: [
    {
      id: "car",
      name: "Car",
      color: "#0279ff",
      marks: ["box"],
      key: "1",
      attributes: [
        {
          id: "view",
          name: "View",
          kind: "single" as const,
          options: [{ id: "front", name: "Front", key: "f" }],
          required: true,
        },
        {
          id: "parked",
          name: "Parked",
          kind: "boolean" as const,
          default: false,
          when: { field: "view", is: "front" },
        },
      ],
      min_count: 1,
      max_count: 3,
    },
  ],
  questions: [{ id: "sharp", name: "Sharp?", kind: "scale" as const, min: 1, max: 5, step: 1 }],
  links: [
    { id: "tows", name: "tows" },
    { id: "beside", name: "stands beside", from: ["car"], to: ["car"], directed: false },
  ],
}

describe("draftOf and ontologyOf", () => {
  it("bring a document back as it was", () => {
    expect(ontologyOf(draftOf(ontology))).toEqual(ontology)
  })

  it("keep the rules for masks as long as a class takes masks", () => {
    const sky = { id: "sky", name: "Sky", color: "#8ecae6", marks: ["mask"], instances: false }
    const layered = { ...ontology, classes: [sky], layers: { overlap: "forbidden" as const, whole: true } }
    const draft = draftOf(layered)
    expect(ontologyOf(draft)).toEqual(layered)
    for (const one of draft.classes) one.marks = ["box"]
    const plain = ontologyOf(draft)
    expect([plain.layers, plain.classes?.[0]?.instances]).toEqual([undefined, undefined])
  })

  it("write only rules that are not as usual", () => {
    const loose = { ...ontology, strictness: { required: "warning" as const, duplicate_mark: "ignore" as const } }
    const draft = draftOf(loose)
    expect(ontologyOf(draft)).toEqual(loose)
    draft.strictness = { ...draft.strictness, required: "error", duplicate_mark: "warning" }
    expect(ontologyOf(draft)).toEqual(ontology)
  })

  it("know which rules have something to be held against", () => {
    expect(relevantRules(draftOf({}))).toEqual([])
    expect(relevantRules(draftOf(ontology))).toEqual(["required", "too_few", "too_many", "duplicate_mark"])
    const limits = { polygon: { min_points: 4, max_points: 9, min_width: 2 } }
    const limited = { id: "sky", name: "Sky", color: "#8ecae6", marks: ["polygon"], limits }
    const found = relevantRules(draftOf({ classes: [limited], layers: { whole: true } }))
    expect(found).toEqual(["below_limit", "too_few_points", "too_many_points", "not_whole", "duplicate_mark"])
  })

  it("leave out what another kind of field has no use for", () => {
    const draft = draftOf(ontology)
    const question = draft.questions[0]
    if (question) question.kind = "date"
    expect(ontologyOf(draft).questions).toEqual([{ id: "sharp", name: "Sharp?", kind: "date" }])
  })
})

describe("withLimit", () => {
  it("sets one member, and leaves nothing empty behind", () => {
    const one = withLimit({}, "box", "min_width", 5)
    expect(one).toEqual({ box: { min_width: 5 } })
    const two = withLimit(one, "box", "min_height", 3)
    expect(two).toEqual({ box: { min_width: 5, min_height: 3 } })
    expect(withLimit(two, "box", "min_width", 0)).toEqual({ box: { min_height: 3 } })
    expect(withLimit(one, "box", "min_width", null)).toEqual({})
    expect(withLimit(one, "polygon", "max_points", 9)).toEqual({ box: { min_width: 5 }, polygon: { max_points: 9 } })
  })
})

describe("newLink", () => {
  it("has an id of its own, and any class at both ends", () => {
    const first = newLink("Tows", [])
    expect(newLink("Tows", [first])).toMatchObject({ id: "tows_2", name: "Tows", from: [], to: [], directed: true })
  })
})

describe("idFrom", () => {
  it("writes a name as an id and counts where it is taken", () => {
    expect(idFrom("Traffic light", [], "class")).toBe("traffic_light")
    expect(idFrom("Café  №1!", [], "class")).toBe("cafe_no1")
    expect(idFrom("Car", ["car", "car_2"], "class")).toBe("car_3")
  })

  it("falls back where a name has no Latin letters", () => {
    expect(idFrom("車", ["class"], "class")).toBe("class_2")
  })
})

describe("newClass", () => {
  it("takes the first colour and key that no other class has", () => {
    const car = newClass("Car", [])
    const bus = newClass("Bus", [car])
    expect([car.key, bus.key]).toEqual(["1", "2"])
    expect(bus.color).not.toBe(car.color)
    expect(bus.marks).toEqual(["box"])
  })

  it("has no key left after ten", () => {
    expect(nextKey([..."1234567890"])).toBe("")
  })
})

describe("copyOf", () => {
  it("gives a class another id, name and colour, and no key", () => {
    const car = newClass("Car", [])
    const copy = copyOf(car, [car])
    expect([copy.id, copy.name, copy.key]).toEqual(["car_copy", "Car copy", ""])
    expect(copy.color).not.toBe(car.color)
    expect(copy.uid).not.toBe(car.uid)
  })

  it("copies a field with its kind", () => {
    const view = { ...newField("View", []), kind: "text" as const }
    expect(copyOf(view, [view])).toMatchObject({ id: "view_copy", kind: "text" })
  })
})

describe("moveBy", () => {
  it("moves within the list and no further", () => {
    const list = ["a", "b", "c"]
    expect(moveBy(list, 0, 1)).toBe(1)
    expect(list).toEqual(["b", "a", "c"])
    expect(moveBy(list, 2, 5)).toBe(2)
    expect(list).toEqual(["b", "a", "c"])
  })
})
