import { describe, expect, it } from "vitest"
import type { ModelAnswer, ModelQuestion } from "#editor/port.ts"
import { PortError } from "#editor/port.ts"
import { settled } from "#editor/testing.ts"
import type { Work } from "#editor/work.ts"
import { maskGeometry, maskSpans } from "../../kinds/mask.ts"
import { click, drag, IMAGE, pointerAt, workspaceOn } from "../../testing.ts"
import type { Workspace } from "../../workspace.ts"
import { modelTool } from "./model.ts"

/** A block of 4 x 2 pixels at (10, 20): all on, so its runs begin with none that are off. */
const BLOCK = { x: 10, y: 20, width: 4, height: 2, runs: [0, 8] }
const SEEN: ModelAnswer = { masks: [{ ...BLOCK, score: 0.9 }], version: "2.1" }

/** A workspace with a model in hand that answers as `answer` does, and what it was asked. */
function withModel(answer: () => Promise<ModelAnswer>): { workspace: Workspace; asked: ModelQuestion[] } {
  const workspace = workspaceOn()
  const asked: ModelQuestion[] = []
  const work: Pick<Work, "askModel" | "phase"> = {
    phase: "open",
    askModel: (question) => {
      asked.push(question)
      return answer()
    },
  }
  Object.assign(workspace, { work })
  workspace.tools = [...workspace.tools, modelTool(workspace, { id: "discs", title: "Discs" })]
  workspace.useClass("leaf")
  workspace.choose("model:discs")
  return { workspace, asked }
}

const marksOf = ({ session }: Workspace) => session.annotation().marks

describe("modelTool", () => {
  it("asks with clicks on the thing and beside it, and a box; each time with all of them", async () => {
    const { workspace, asked } = withModel(async () => SEEN)
    click(workspace, 100, 90)
    await settled()
    click(workspace, 200, 90, { shift: true })
    await settled()
    drag(workspace, [
      [50, 40],
      [120, 80],
      [150, 160],
    ])
    await settled()
    const first = { x: 100, y: 90, on: true }
    const both = [first, { x: 200, y: 90, on: false }]
    expect(asked.map(({ points, box }) => [points, box])).toEqual([
      [[first], null],
      [both, null],
      [both, [50, 40, 150, 160]],
    ])
    expect(asked[0]).toMatchObject({ model: "discs", asset: 0 })
    expect(workspace.sketched?.fresh?.geometry).toEqual(maskGeometry(Int32Array.of(20, 10, 14, 21, 10, 14)))
    expect(workspace.assistance.gesture?.canAccept).toBe(true)
  })

  it("makes a mark that says which model made it and how sure it was, as one step", async () => {
    const { workspace } = withModel(async () => SEEN)
    click(workspace, 12, 21)
    await settled()
    workspace.machine.finish()
    const [mark] = marksOf(workspace)
    expect(mark).toMatchObject({
      kind: "mask",
      class: "leaf",
      source: "prediction",
      score: 0.9,
      made: { by: "model", model: "discs", version: "2.1" },
    })
    expect([...maskSpans(mark?.geometry ?? {})]).toEqual([20, 10, 14, 21, 10, 14])
    expect([workspace.session.history.depth, workspace.machine.state]).toEqual([1, "ready"])
  })

  it("shows that a person has corrected it", async () => {
    const { workspace } = withModel(async () => ({ ...SEEN, version: "" }))
    click(workspace, 12, 21)
    await settled()
    workspace.machine.finish()
    workspace.moveSelection(5, 0)
    const [mark] = marksOf(workspace)
    expect([mark?.source, mark?.score, mark?.made]).toEqual([
      "human",
      undefined,
      { by: "model", model: "discs", corrected: true },
    ])
  })

  it("takes the answer to the last question alone, and what was accepted before it came", async () => {
    const answers: ((answer: ModelAnswer) => void)[] = []
    const { workspace } = withModel(() => new Promise((resolve) => answers.push(resolve)))
    click(workspace, 100, 90)
    click(workspace, 110, 95)
    workspace.machine.finish()
    answers[0]?.({ masks: [{ ...BLOCK, x: 300, score: 0.1 }], version: "" })
    await settled()
    expect(marksOf(workspace)).toEqual([])
    answers[1]?.(SEEN)
    await settled()
    expect(marksOf(workspace).map(({ score }) => score)).toEqual([0.9])
  })

  it("takes clicks back one by one, then the box, and is called off by Escape", async () => {
    const { workspace, asked } = withModel(async () => SEEN)
    drag(workspace, [
      [50, 40],
      [150, 160],
    ])
    click(workspace, 100, 90)
    await settled()
    workspace.machine.back()
    await settled()
    expect(asked.at(-1)).toMatchObject({ points: [], box: [50, 40, 150, 160] })
    workspace.machine.back()
    expect(workspace.machine.state).toBe("ready")
    click(workspace, 100, 90)
    await settled()
    workspace.cancel()
    expect([marksOf(workspace), workspace.sketched, workspace.assistance.gesture]).toEqual([[], null, null])
  })

  it("says what went wrong and where nothing is seen, and draws nothing then", async () => {
    let answer = async (): Promise<ModelAnswer> => ({ masks: [], version: "" })
    const { workspace } = withModel(() => answer())
    click(workspace, 100, 90)
    await settled()
    expect(workspace.assistance.gesture).toMatchObject({ canAccept: false })
    expect(workspace.assistance.gesture?.words).toContain("sees nothing there")
    answer = () => Promise.reject(new PortError("busy", "More is asked than the model can answer."))
    click(workspace, 120, 90)
    await settled()
    expect(workspace.session.notice).toEqual({ text: "More is asked than the model can answer.", urgent: true })
    workspace.machine.finish()
    expect(marksOf(workspace)).toEqual([])
  })

  it("keeps what is pointed at inside the image", async () => {
    const { workspace, asked } = withModel(async () => SEEN)
    workspace.machine.pointerDown(pointerAt(350, 250))
    workspace.machine.pointerMove(pointerAt(500, 500))
    workspace.machine.pointerUp(pointerAt(500, 500))
    await settled()
    expect(asked[0]?.box).toEqual([350, 250, IMAGE.width, IMAGE.height])
  })
})
