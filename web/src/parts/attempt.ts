import { asProblem } from "#api/problem.ts"
import { toasts } from "./toasts.svelte.ts"

/** Does something that may fail and tells in a toast how it went: in the words of `done`, or why not. True if it did. */
export async function attempt(doing: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await doing()
  } catch (thrown) {
    const { message, mend } = asProblem(thrown)
    toasts.show({ tone: "bad", title: message, text: mend })
    return false
  }
  toasts.show({ tone: "good", title: done })
  return true
}
