import { beforeEach, describe, expect, it } from "vitest"
import { Topics } from "#editor/topics.ts"
import type { Work } from "#editor/work.ts"
import { box, workspaceOn } from "../testing.ts"
import { lastImage, watchHandIn } from "./lastImage.ts"

const SOURCES = ["one", "two"].map((url) => ({ url, size: { width: 400, height: 300 } }))

beforeEach(() => {
  lastImage.handedIn = null
})

/** A workspace on two images with marks, and how to bring its work into a phase. */
function atWork(marks: readonly object[], mode: "label" | "review" = "label") {
  const workspace = workspaceOn({ marks: marks as never }, mode)
  const topics = new Topics<"phase">()
  const work = { topics, phase: "open" }
  Object.assign(workspace, { work: work as unknown as Work })
  workspace.assistance.sources = SOURCES
  const stop = watchHandIn(workspace)
  return {
    workspace,
    stop,
    enter: (phase: string) => {
      work.phase = phase
      topics.tell("phase")
    },
  }
}

const onFirst = box("a", 10, 10, 40, 40)
const onSecond = { ...box("b", 60, 10, 40, 40), asset: 1 }

describe("watchHandIn", () => {
  it("remembers the item's last image with its marks once it is handed in, and not before", () => {
    const { enter } = atWork([onFirst, onSecond])
    enter("waiting")
    expect(lastImage.handedIn).toBeNull()
    enter("ended")
    expect(lastImage.handedIn?.source.url).toBe("two")
    expect(lastImage.handedIn?.marks.map(({ id }) => id)).toEqual(["b"])
  })

  it("keeps what it had where the last image has no marks", () => {
    atWork([onFirst, onSecond]).enter("ended")
    atWork([onFirst]).enter("ended")
    expect(lastImage.handedIn?.marks.map(({ id }) => id)).toEqual(["b"])
  })

  it("remembers nothing of a review, of an item without images, and once it is stopped", () => {
    atWork([onFirst, onSecond], "review").enter("ended")
    const none = atWork([onFirst, onSecond])
    none.workspace.assistance.sources = []
    none.enter("ended")
    const stopped = atWork([onFirst, onSecond])
    stopped.stop()
    stopped.enter("ended")
    expect(lastImage.handedIn).toBeNull()
  })

  it("has nothing to watch for a viewer", () => {
    expect(watchHandIn(workspaceOn({}, "view"))()).toBeUndefined()
  })
})
