import { describe, expect, it } from "vitest"
import type { WireAnnotation } from "#editor/annotation.ts"
import type { Ontology } from "#editor/ontology.ts"
import { countedMarks, markWords, saidAnswers, valueWords } from "./answer.ts"

const cut = { id: "cut", name: "Cut off", kind: "boolean" } as const
const light = {
  id: "light",
  name: "Light",
  kind: "multiple",
  options: [
    { id: "day", name: "Day" },
    { id: "lamp", name: "Street lamp" },
  ],
} as const
const ontology: Ontology = {
  classes: [
    { id: "car", name: "Car", color: "#0279ff", marks: ["box"], attributes: [cut] },
    { id: "bus", name: "Bus", color: "#ce8a00", marks: ["box"] },
  ],
  questions: [{ id: "sharp", name: "Sharpness", kind: "scale" }, light],
}
const document: WireAnnotation = {
  marks: [
    { id: "a", kind: "box", class: "tram" },
    { id: "b", kind: "box", class: "car", attributes: { cut: true } },
    { id: "c", kind: "box", class: "car" },
  ],
  answers: { light: ["day", "lamp"], sharp: 4, mood: "calm" },
}

describe("valueWords", () => {
  it("names options, and says yes, no and none", () => {
    expect(valueWords(light, ["lamp", "moon"])).toBe("Street lamp, moon")
    expect(valueWords(light, [])).toBe("none")
    expect([valueWords(cut, true), valueWords(cut, false), valueWords(undefined, 4.5)]).toEqual(["yes", "no", "4.5"])
  })
})

describe("countedMarks", () => {
  it("counts by class in the ontology's order, the unknown last", () =>
    expect(countedMarks(document, ontology)).toEqual([
      { id: "car", name: "Car", colour: "#0279ff", count: 2 },
      { id: "tram", name: "tram", colour: undefined, count: 1 },
    ]))
})

describe("saidAnswers", () => {
  it("names questions and options in the ontology's order, the unknown last", () =>
    expect(saidAnswers(document, ontology)).toEqual([
      { id: "sharp", question: "Sharpness", answer: "4" },
      { id: "light", question: "Light", answer: "Day, Street lamp" },
      { id: "mood", question: "mood", answer: "calm" },
    ]))
})

describe("markWords", () => {
  it("tells class and attributes", () =>
    expect(document.marks?.map((mark) => markWords(mark, ontology))).toEqual(["tram", "Car, Cut off: yes", "Car"]))
})
