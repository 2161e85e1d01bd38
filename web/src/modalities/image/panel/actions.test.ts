import { describe, expect, it } from "vitest"
import { box, workspaceOn } from "../testing.ts"
import { actionsFor, HELP, suits } from "./actions.ts"

const polygon = {
  ...box("b", 0, 0, 1, 1),
  kind: "polygon",
  class: "lake",
  geometry: {
    parts: [
      [
        [
          [20, 20],
          [60, 20],
          [60, 60],
        ],
      ],
    ],
  },
}

function offered(ids: readonly string[], refused: readonly string[] = []): string[] {
  const { session } = workspaceOn({ marks: [box("a", 10, 10, 40, 40), polygon] })
  const marks = ids.map((id) => session.mark(id)).filter((mark) => mark !== undefined)
  const refusal = (id: string) => (refused.includes(id) ? "Not now." : null)
  return actionsFor(marks, session.vocabulary, refusal).flatMap((each) => each.ids)
}

describe("actions", () => {
  it("are those that suit what is selected", () => {
    expect(offered(["a"])).not.toContain("simplify")
    expect(offered(["b"])).toContain("simplify")
    // Joining needs two marks, whatever they are.
    expect(offered(["b"])).not.toContain("join")
    expect(offered(["b", "a"])).toContain("join")
  })

  it("make kinds that the class takes, and none that the mark is", () => {
    // A lake takes polygons, lines, points, rotated boxes and ellipses; a car takes boxes only.
    const made = (id: string) => offered([id]).filter((each) => each.startsWith("convert."))
    expect(made("b")).toEqual(["convert.polyline", "convert.rotated_box"])
    expect(made("a")).toEqual([])
  })

  it("leave out what is refused", () => {
    expect(offered(["a"])).toContain("order.front")
    expect(offered(["a"], ["order.front"])).not.toContain("order.front")
  })

  it("draw boxes tight and outlines to the edges", () => {
    const { session } = workspaceOn({ marks: [box("a", 10, 10, 40, 40), polygon] })
    const names = (id: string) => {
      const mark = session.mark(id)
      return HELP.filter((action) => mark && suits(action, [mark], session.vocabulary)).map(({ name }) => name)
    }
    expect([names("a"), names("b")]).toEqual([["Tight box"], ["To the edges"]])
  })
})
