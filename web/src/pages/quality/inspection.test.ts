import { describe, expect, it } from "vitest"
import {
  answerWords,
  changeWords,
  chosenOption,
  type Decided,
  evidenceWords,
  markConfidences,
  markOf,
  optionWords,
  runnerUp,
} from "./inspection.ts"

const light: Decided = {
  kind: "question",
  key: "light",
  title: "Light",
  answer: "day",
  confidence: 0.8,
  options: [
    { value: "day", title: "Day", probability: 0.8 },
    { value: "night", title: "Night", probability: 0.15 },
    { value: "", title: "", probability: 0.05 },
  ],
  votes: [],
  gain: 0.031,
  to_turn: 2,
  text: "",
}
const box: Decided = { ...light, kind: "mark", key: "m1", answer: "car", options: [], to_turn: null, gain: 0.001 }

describe("optionWords", () => {
  it("takes the option's name", () => expect(answerWords(light)).toBe("Day"))
  it("says of none what it means", () => {
    expect(optionWords(light, "")).toBe("left open")
    expect(optionWords(box, "")).toBe("nothing there")
  })
  it("leaves what it does not know as it is", () => expect(optionWords(light, "dusk")).toBe("dusk"))
})

describe("chosenOption", () => {
  it("is found by its value or by its name, the value first", () => {
    expect(chosenOption(light)?.value).toBe("day")
    expect(chosenOption({ ...light, answer: "Night" })?.value).toBe("night")
    expect(chosenOption({ ...light, answer: "dusk" })).toBeNull()
  })
})

describe("runnerUp", () => {
  it("is not the answer itself, however that is written", () =>
    expect(runnerUp({ ...light, answer: "Day" })).toBe("Night"))
  it("is the likeliest other answer", () => expect([runnerUp(light), runnerUp(box)]).toEqual(["Night", null]))
})

describe("evidenceWords", () => {
  // e^1.1 is 3.0; e^-2.5 turned round is 12.2; e^0.3 is 1.3.
  it.each([
    [1.1, "Clearly for it: 3.0 times likelier to be said if it is right"],
    [-2.5, "Strongly against it: 12 times likelier to be said if it is wrong"],
    [0.3, "A little for it: 1.3 times likelier to be said if it is right"],
    [-0.05, "Says nothing either way"],
    [6, "Strongly for it: over 100 times likelier to be said if it is right"],
  ])("reads %d as: %s", (nats, words) => expect(evidenceWords(nats)).toBe(words))
})

describe("changeWords", () => {
  it("says how many would turn it and what one more would bring", () =>
    expect(changeWords(light)).toBe(
      "It would take 2 more people, all saying “Night”, to turn it. One more person would make it about 3.1% surer.",
    ))
  it("says when neither is in sight", () =>
    expect(changeWords(box)).toBe(
      "More people of the usual kind would hardly turn it. One more person would hardly make it surer.",
    ))
})

describe("markOf and markConfidences", () => {
  it("find the mark behind a decision", () => {
    expect([light, box, { kind: "attribute", key: "m1/cut" }].map(markOf)).toEqual([null, "m1", "m1"])
    expect([...markConfidences([light, box])]).toEqual([["m1", 0.8]])
  })
})
