import { describe, expect, it } from "vitest"
import type { WireMark } from "./annotation.ts"
import { groupMarks, together, ungroupMarks } from "./groups.ts"
import { Session } from "./session.ts"

function sessionWith(groups: Readonly<Record<string, string | null>>): Session {
  let last = 0
  const marks = Object.entries(groups).map(
    ([id, group]): WireMark => ({ id, kind: "box", class: "car", geometry: {}, group }),
  )
  return new Session({
    ontology: { classes: [{ id: "car", name: "Car", color: "#1f77b4", marks: ["box"] }] },
    kinds: new Map(),
    assets: [{ width: 10, height: 10 }],
    document: { marks },
    mode: "label",
    newId: () => `g${++last}`,
  })
}

const groupsOf = (session: Session) => session.annotation().marks.map(({ id, group }) => `${id} ${group ?? "-"}`)

describe("groupMarks", () => {
  it("makes one group, in one step, that undo takes back", () => {
    const session = sessionWith({ a: null, b: "old", c: "old" })
    session.select(["a", "b"])
    groupMarks(session)
    expect(groupsOf(session)).toEqual(["a g1", "b g1", "c old"])
    session.undo()
    expect(groupsOf(session)).toEqual(["a -", "b old", "c old"])
  })
  it("wants two", () => {
    const session = sessionWith({ a: null, b: null })
    session.select(["a"])
    groupMarks(session)
    expect(session.notice.urgent).toBe(true)
    expect(session.history.depth).toBe(0)
  })
})

describe("ungroupMarks", () => {
  it("takes the selected ones out", () => {
    const session = sessionWith({ a: "g", b: "g" })
    session.select(["a"])
    ungroupMarks(session)
    expect(groupsOf(session)).toEqual(["a -", "b g"])
    ungroupMarks(session)
    expect(session.notice.text).toBe("No selected mark is in a group.")
  })
})

describe("together", () => {
  const chosen = (session: Session, ...ids: string[]) => {
    const next = [...together(session, ids)].sort()
    session.select(next)
    return next.join(" ")
  }

  it("brings the group along, and a second choice one mark alone", () => {
    const session = sessionWith({ a: "g", b: "g", c: null })
    expect(chosen(session, "a")).toBe("a b")
    expect(chosen(session, "a")).toBe("a")
    expect(chosen(session, "c")).toBe("c")
  })
  it("adds and takes away whole groups", () => {
    const session = sessionWith({ a: "g", b: "g", c: null, d: "h", e: "h" })
    expect(chosen(session, "c", "a")).toBe("a b c")
    expect(chosen(session, "c", "a", "b", "e")).toBe("a b c d e")
    expect(chosen(session, "c", "a", "d", "e")).toBe("c d e")
  })
  it("leaves locked ones", () => {
    const session = sessionWith({ a: "g", b: "g" })
    session.setLocked(new Set(["b"]))
    expect(chosen(session, "a")).toBe("a")
  })
})
