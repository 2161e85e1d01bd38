/** What the page and its worker say to each other. */

import type { ImageSource, Reply } from "./assistance.ts"
import type { Job } from "./methods/jobs.ts"

export type ToWorker =
  | { readonly type: "job"; readonly id: number; readonly job: Job; readonly images: readonly ImageSource[] }
  | { readonly type: "callOff"; readonly id: number }

export interface FromWorker {
  readonly id: number
  readonly reply: Reply
}
