/** Copied marks outlive the task they were copied in, so that they can be pasted on the next image. */

import type { Mark } from "#editor/annotation.ts"

export const clipboard: { marks: readonly Mark[] } = { marks: [] }
