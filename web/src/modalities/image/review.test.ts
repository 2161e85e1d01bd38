import { describe, expect, it } from "vitest"
import { fullMark } from "#editor/annotation.ts"
import { Vocabulary } from "#editor/ontology.ts"
import { differencesOf, Review } from "../review.ts"
import { take, takeAll } from "../take.ts"
import { imageKinds } from "./kinds/table.ts"
import { ReviewLayers } from "./reviewLayers.ts"
import { box, boxesOf, ontology, workspaceOn } from "./testing.ts"

const vocabulary = new Vocabulary(ontology)
const say = (marks: object[], answers = {}) => ({
  version: 1,
  marks: marks.map((mark) => fullMark(mark as ReturnType<typeof box>)),
  answers,
  links: [],
})
const kinds = (...documents: ReturnType<typeof say>[]) =>
  differencesOf(documents, vocabulary, imageKinds).map((each) => [each.kind, each.words])

describe("differencesOf", () => {
  it("are none where all say the same, though ids and order differ", () => {
    const a = say([box("1", 0, 0, 50, 50), box("2", 100, 0, 50, 50)], { weather: "rain" })
    const b = say([box("x", 100, 0, 50, 50), box("y", 0, 0, 50, 50)], { weather: "rain" })
    expect(kinds(a, b)).toEqual([])
  })
  it("are what one has and another has not", () => {
    expect(kinds(say([box("1", 0, 0, 50, 50)]), say([]), say([]))).toEqual([["missing", "Car: 1 of 3 have it"]])
  })
  it("are another class, place, attribute or answer", () => {
    const base = box("1", 0, 0, 100, 100)
    expect(kinds(say([base]), say([{ ...base, class: "dog" }]))).toEqual([["class", "Car or Dog"]])
    // 80 of 120 in common: 0.67, the same thing but not the same place.
    expect(kinds(say([base]), say([box("2", 20, 0, 100, 100)]))).toEqual([["place", "Car: placed differently"]])
    expect(kinds(say([base]), say([{ ...base, attributes: { view: "front" } }]))).toEqual([["attributes", "Car: View"]])
    expect(kinds(say([], { weather: "rain" }), say([]))).toEqual([["answer", "Weather: answered differently"]])
  })
  it("are tags that not all have put on", () => {
    expect(kinds(say([{ id: "t", kind: "tag", class: "night" }]), say([]))).toEqual([
      ["missing", "Night: 1 of 2 have it"],
    ])
  })
})

describe("Review", () => {
  it("goes round the differences and hides submissions", () => {
    const review = new Review(
      [
        { id: "p", name: "P", document: say([box("1", 0, 0, 50, 50)]) },
        { id: "q", name: "Q", document: say([box("2", 200, 0, 50, 50)]) },
      ],
      vocabulary,
      imageKinds,
    )
    expect(review.differences).toHaveLength(2)
    review.goTo(2)
    expect(review.current).toBe(0)
    review.toggle("p")
    expect(new ReviewLayers(review, vocabulary).strata.map((stratum) => stratum.isShown)).toEqual([false, true])
  })
})

describe("take and takeAll", () => {
  const theirs = say([box("x", 12, 12, 40, 40, { class: "dog" })], { weather: "snow" })

  it("puts what a submission says in place of the mark it is about", () => {
    const workspace = workspaceOn({ marks: [box("a", 10, 10, 40, 40)] }, "review")
    const [difference] = differencesOf([say([box("1", 10, 10, 40, 40)]), theirs], vocabulary, imageKinds)
    take(workspace.session, difference as never, 1)
    expect(boxesOf(workspace)).toEqual([["a", "dog", 12, 12, 40, 40]])
  })
  it("takes that nothing is there, and an answer", () => {
    const workspace = workspaceOn({ marks: [box("a", 10, 10, 40, 40)] }, "review")
    const found = differencesOf([say([box("1", 10, 10, 40, 40)]), say([], { weather: "snow" })], vocabulary, imageKinds)
    for (const difference of found) take(workspace.session, difference, 1)
    expect(workspace.session.annotation()).toMatchObject({ marks: [], answers: { weather: "snow" } })
  })
  it("takes all of a submission in one step", () => {
    const workspace = workspaceOn({ marks: [box("a", 10, 10, 40, 40)], answers: { weather: "rain" } }, "review")
    takeAll(workspace.session, theirs, "Q")
    expect(workspace.session.annotation()).toMatchObject({ marks: [{ id: "x" }], answers: { weather: "snow" } })
    workspace.session.undo()
    expect(workspace.session.isChanged).toBe(false)
  })
})

describe("flip", () => {
  it("shows one submission after the other alone, then all again", () => {
    const of = (id: string) => ({ id, name: id.toUpperCase(), document: say([]) })
    const review = new Review([of("a"), of("b")], vocabulary, imageKinds)
    const seen = Array.from({ length: 4 }, () => [review.flip()?.name ?? null, [...review.shown]])
    expect(seen).toEqual([
      ["A", ["a"]],
      ["B", ["b"]],
      [null, ["a", "b"]],
      ["A", ["a"]],
    ])
  })
})
