import { describe, expect, it } from "vitest"
import { Vocabulary } from "#editor/ontology.ts"
import { Review } from "../review.ts"
import { take } from "../take.ts"
import { commandsAndKeys } from "./commands.ts"
import { textKinds } from "./kinds/span.ts"
import { ontology, span, spansOf, TEXT, workspaceOn } from "./testing.ts"

/* TEXT by code points: "Ada" 0-3, the emoji 4, "lives" 6-11, "in" 12-14, "Rome" 15-19, "." 19. */
const ADA = { asset: 0, from: 0, to: 3 }
const ROME = { asset: 0, from: 15, to: 19 }

function run(workspace: ReturnType<typeof workspaceOn>, ...ids: string[]): (string | null)[] {
  const { commands } = commandsAndKeys(workspace.session.vocabulary, "fairmark", {})
  return ids.map((id) => commands.run(id, workspace, workspace.session.mode))
}

describe("marking", () => {
  it("takes the class in hand and selects the mark", () => {
    const workspace = workspaceOn()
    workspace.mark(ADA)
    workspace.session.select([])
    workspace.useClass("place")
    workspace.mark({ asset: 0, from: 19, to: 14 })
    expect(spansOf(workspace)).toEqual([
      ["n1", "person", 0, 0, 3],
      ["n2", "place", 0, 15, 19],
    ])
    expect([...workspace.session.selection]).toEqual(["n2"])
    expect(workspace.session.notice.text).toBe("Marked “Rome” as Place.")
  })
  it("counts an emoji once", () => {
    const workspace = workspaceOn()
    workspace.mark({ asset: 0, from: 4, to: 11 })
    expect(spansOf(workspace)).toEqual([["n1", "person", 0, 4, 11]])
    expect(
      workspace.session.kindOf(workspace.session.marksOf(["n1"])[0] as never)?.words({ start: 4, end: 11 }, 0),
    ).toBe("“😀 lives”")
  })
  it("selects what is marked like that already, and marks over another class", () => {
    const workspace = workspaceOn({ marks: [span("a", 0, 3)] })
    workspace.mark(ADA)
    expect([...workspace.session.selection]).toEqual(["a"])
    workspace.session.hold("place")
    workspace.mark(ADA)
    expect(spansOf(workspace)).toHaveLength(2)
  })
  it("marks no blanks", () => {
    const workspace = workspaceOn()
    workspace.mark({ asset: 0, from: 3, to: 4 })
    expect(spansOf(workspace)).toEqual([])
  })
  it("names the selection anew, or what the keys reached for", () => {
    const workspace = workspaceOn({ marks: [span("a", 0, 3)] })
    workspace.session.select(["a"])
    workspace.useClass("place")
    expect(spansOf(workspace)).toEqual([["a", "place", 0, 0, 3]])
    workspace.session.select([])
    workspace.reach(ROME)
    workspace.useClass("person")
    expect(spansOf(workspace).at(-1)).toEqual(["n1", "person", 0, 15, 19])
    expect(workspace.caret).toBeNull()
  })
  it("is for who may", () => {
    const workspace = workspaceOn({}, "view")
    workspace.mark(ADA)
    expect([spansOf(workspace), workspace.howTo]).toEqual([[], ""])
  })
})

describe("keys", () => {
  it("go from word to word, through all texts", () => {
    const workspace = workspaceOn()
    const seen = ["right", "right", "right", "right", "right", "left"].map((step) => {
      run(workspace, `caret.${step}`)
      const { asset = -1, from = -1, to = -1 } = workspace.caret ?? {}
      return [asset, from, to]
    })
    expect(seen).toEqual([
      [0, 0, 3],
      [0, 6, 11],
      [0, 12, 14],
      [0, 15, 19],
      [1, 0, 6],
      [0, 15, 19],
    ])
  })
  it("reach further and less far, and mark", () => {
    const workspace = workspaceOn()
    run(workspace, "caret.right", "caret.right", "caret.grow", "caret.grow")
    expect(workspace.caret).toEqual({ asset: 0, from: 6, to: 19 })
    run(workspace, "caret.shrink")
    expect(workspace.caret).toEqual({ asset: 0, from: 6, to: 14 })
    run(workspace, "caret.shrink", "caret.shrink", "caret.mark")
    expect(spansOf(workspace)).toEqual([["n1", "person", 0, 6, 11]])
    expect(run(workspace, "caret.mark")).toEqual(["Go to a word first, with the arrow keys."])
  })
  it("push the ends of a mark, to one character at least", () => {
    const workspace = workspaceOn({ marks: [span("a", 6, 11)] })
    workspace.session.select(["a"])
    run(workspace, "push.end.right.word", "push.start.left", "push.start.left")
    expect(spansOf(workspace)).toEqual([["a", "person", 0, 4, 14]])
    run(workspace, "push.end.left.word", "push.start.right.word")
    expect(spansOf(workspace)).toEqual([["a", "person", 0, 6, 11]])
    for (let i = 0; i < 9; i++) run(workspace, "push.end.left")
    expect(spansOf(workspace)).toEqual([["a", "person", 0, 6, 7]])
    workspace.stretchTo(0, TEXT.length)
    expect(spansOf(workspace)).toEqual([["a", "person", 0, 6, 20]])
  })
  it("go from mark to mark, delete and take back", () => {
    const workspace = workspaceOn({ marks: [span("b", 15, 19, "place"), span("a", 0, 3)] })
    run(workspace, "select.next")
    expect([...workspace.session.selection]).toEqual(["a"])
    run(workspace, "delete")
    expect(spansOf(workspace).map(([id]) => id)).toEqual(["b"])
    run(workspace, "undo")
    expect(spansOf(workspace)).toHaveLength(2)
  })
  it("of a form leave the arrows and Tab alone", () => {
    const form = new Vocabulary({ questions: [{ id: "ok", name: "Ok?", kind: "boolean" }] })
    const { keymap } = commandsAndKeys(form, "fairmark", {})
    expect([keymap.keysOf("caret.right"), keymap.keysOf("select.next")]).toEqual([[], []])
    expect(keymap.keysOf("submit")).toEqual(["Ctrl+Enter"])
  })
  it.each(["cvat", "label-studio", "fairmark"] as const)("of the preset %s do not clash", (preset) => {
    expect(commandsAndKeys(new Vocabulary(ontology), preset, {}).keymap.conflicts()).toEqual([])
  })
})

describe("checking", () => {
  it("finds spans that reach out of their text, or are none", () => {
    const workspace = workspaceOn({ marks: [span("a", 15, 21), span("b", 3, 3), span("c", 0, 7, "person", 1)] })
    expect(workspace.session.faults().map(({ code, mark_id }) => [code, mark_id])).toEqual([
      ["outside", "a"],
      ["empty_span", "b"],
    ])
  })
})

describe("review", () => {
  it("tells spans apart that overlap too little, and takes one over", () => {
    const submissions = [
      { id: "p", name: "P", document: { marks: [span("1", 0, 3), span("2", 15, 19, "place")] } },
      { id: "q", name: "Q", document: { marks: [span("x", 0, 3), span("y", 12, 19, "place")] } },
    ]
    const review = new Review(submissions, new Vocabulary(ontology), textKinds(new Map()))
    // 15-19 lies within 12-19: 4 of 7 characters in common, the same thing but not the same place.
    expect(review.differences.map(({ kind, words, box }) => [kind, words, box])).toEqual([
      ["place", "Place: placed differently", { x: 12, y: 0, w: 7, h: 1 }],
    ])
    const workspace = workspaceOn({ marks: [span("a", 12, 19, "place")] }, "review")
    take(workspace.session, review.differences[0] as never, 0)
    expect(spansOf(workspace)).toEqual([["a", "place", 0, 15, 19]])
    workspace.showDifference(review.differences[0] as never)
    expect(workspace.shown).toEqual({ asset: 0, from: 12, to: 19 })
  })
})
