import { describe, expect, it } from "vitest"
import { Session } from "#editor/session.ts"
import { flaggable, toggleFlag } from "./flags.ts"
import { imageKinds } from "./kinds/table.ts"
import { box, IMAGE } from "./testing.ts"

function session() {
  const occluded = { id: "occluded", name: "Occluded", kind: "boolean" } as const
  const classes = [
    { id: "car", name: "Car", color: "#0279ff", marks: ["box"], attributes: [occluded] },
    { id: "dog", name: "Dog", color: "#d82841", marks: ["box"] },
  ]
  const marks = [box("a", 10, 10, 40, 40), box("b", 60, 10, 40, 40), box("d", 90, 9, 9, 9, { class: "dog" })]
  return new Session({ ontology: { classes }, kinds: imageKinds, assets: [IMAGE], document: { marks }, mode: "label" })
}

describe("toggleFlag", () => {
  it("says yes of all that ask for it, then no of all, each as one step", () => {
    const made = session()
    made.select(["a"])
    toggleFlag(made, "occluded")
    made.select(["a", "b", "d"])
    toggleFlag(made, "occluded")
    expect([...made.marks()].map(({ attributes }) => attributes.occluded)).toEqual([true, true, undefined])
    toggleFlag(made, "occluded")
    expect([...made.marks()].map(({ attributes }) => attributes.occluded)).toEqual([false, false, undefined])
    expect(made.notice.text).toBe("Not occluded (2 marks).")
  })
})

describe("flaggable", () => {
  it("passes over classes without the flag and what is locked", () => {
    const made = session()
    made.select(["a", "b", "d"])
    made.setLocked(new Set(["a"]))
    expect(flaggable(made, "occluded").map(({ id }) => id)).toEqual(["b"])
    expect(flaggable(made, "truncated")).toEqual([])
  })
})
