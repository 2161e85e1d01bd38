import { describe, expect, it } from "vitest"
import { Asked } from "./asked.svelte.ts"

describe("Asked", () => {
  it("keeps what came before while something goes wrong", async () => {
    const answers = [() => Promise.resolve(1), () => Promise.reject(new Error("gone"))]
    const asked = new Asked(() => (answers.shift() ?? (() => Promise.resolve(2)))())
    await asked.load()
    await asked.load()
    expect([asked.value, asked.problem?.code, asked.pending]).toEqual([1, "fault", false])
    await asked.load()
    expect([asked.value, asked.problem]).toEqual([2, null])
  })

  it("takes the answer to the last question, whichever comes last", async () => {
    const answers: ((value: string) => void)[] = []
    const asked = new Asked(() => new Promise<string>((answer) => answers.push(answer)))
    const [first, second] = [asked.load(), asked.load()]
    answers[1]?.("new")
    answers[0]?.("old")
    await Promise.all([first, second])
    expect([asked.value, asked.pending]).toEqual(["new", false])
  })
})
