/** Answers by the worker. All editors of a page share one: a decoded image is large. */

import type { Answerer, Reply } from "./assistance.ts"
import type { FromWorker, ToWorker } from "./messages.ts"

class WorkerAnswerer implements Answerer {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #last = 0

  constructor() {
    this.#worker.addEventListener("message", ({ data: { id, reply } }: MessageEvent<FromWorker>) => {
      const then = this.#waiting.get(id)
      this.#waiting.delete(id)
      then?.(reply)
    })
    this.#worker.addEventListener("error", () => {
      const all = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const then of all) then({ problem: "The assistance could not be started: load the page anew." })
    })
  }

  ask(...[job, images, then]: Parameters<Answerer["ask"]>): () => void {
    const id = ++this.#last
    this.#waiting.set(id, then)
    this.#say({ type: "job", id, job, images })
    return () => {
      if (this.#waiting.delete(id)) this.#say({ type: "callOff", id })
    }
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}

let shared: WorkerAnswerer | null = null

export function workerAnswerer(): Answerer {
  shared ??= new WorkerAnswerer()
  return shared
}
