import { describe, expect, it } from "vitest"
import { fullMark, type WireMark } from "./annotation.ts"
import { addLink, linkChoices, linksOf, removeLink } from "./links.ts"
import type { Ontology } from "./ontology.ts"
import { Session } from "./session.ts"

const ontology: Ontology = {
  classes: [
    { id: "person", name: "Person", color: "#1f77b4", marks: ["span"] },
    { id: "child", name: "Child", color: "#1f77b4", marks: ["span"], parent: "person" },
    { id: "place", name: "Place", color: "#e76f51", marks: ["span"] },
  ],
  links: [
    { id: "lives", name: "lives in", from: ["person"], to: ["place"] },
    { id: "knows", name: "knows", from: ["person"], to: ["person"], directed: false },
  ],
}

function marks(...classes: string[]): WireMark[] {
  return classes.map((name, n) => ({ id: `m${n}`, kind: "span", class: name, geometry: { start: n, end: n + 1 } }))
}

function sessionWith(...classes: string[]): Session {
  let last = 0
  return new Session({
    ontology,
    kinds: new Map(),
    assets: [{ width: 10, height: 1 }],
    document: { marks: marks(...classes) },
    mode: "label",
    newId: () => `l${++last}`,
  })
}

function between(session: Session, a: string, b: string): string[] {
  const [first, second] = [session.mark(a), session.mark(b)]
  if (!first || !second) throw new Error("no such mark")
  return linkChoices(session, first, second).map(({ type, from, to }) => `${type.id} ${from.id} ${to.id}`)
}

describe("linkChoices", () => {
  it("offers the way that the classes allow, whichever was chosen first", () => {
    const session = sessionWith("person", "place")
    expect(between(session, "m0", "m1")).toEqual(["lives m0 m1"])
    expect(between(session, "m1", "m0")).toEqual(["lives m0 m1"])
  })

  it("counts a class with those above it", () => {
    expect(between(sessionWith("child", "place"), "m0", "m1")).toEqual(["lives m0 m1"])
  })

  it("offers a link without direction once, and none that is there", () => {
    const session = sessionWith("person", "child")
    expect(between(session, "m0", "m1")).toEqual(["knows m0 m1"])
    const [first, second] = [session.mark("m1"), session.mark("m0")]
    if (!first || !second) throw new Error("no such mark")
    addLink(session, linkChoices(session, first, second)[0] as never)
    expect(between(session, "m0", "m1")).toEqual([])
  })

  it("offers nothing between classes that no link joins", () => {
    expect(between(sessionWith("place", "place"), "m0", "m1")).toEqual([])
  })
})

describe("addLink and removeLink", () => {
  it("are one undo step each", () => {
    const session = sessionWith("person", "place")
    const [person, place] = marks("person", "place").map(fullMark)
    const [type] = ontology.links ?? []
    if (!person || !place || !type) throw new Error("no such thing")
    const id = addLink(session, { type, from: person, to: place })
    expect(linksOf(session)).toEqual([{ id, type: "lives", from: "m0", to: "m1" }])
    removeLink(session, id)
    expect(linksOf(session)).toEqual([])
    session.undo()
    expect(linksOf(session)).toHaveLength(1)
    session.undo()
    expect(linksOf(session)).toEqual([])
  })
})
