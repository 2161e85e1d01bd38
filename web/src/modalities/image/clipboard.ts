/** Copied marks outlive the task they were copied in, so that they can be pasted on the next image. */

import type { Mark } from "#editor/annotation.ts"
import { boundsOf } from "#editor/kind.ts"
import { centre, type Size, unionOf } from "#geometry/box.ts"
import type { ImagePoint } from "#geometry/point.ts"
import { samePlace } from "#geometry/relative.ts"
import type { Workspace } from "./workspace.ts"

/** `image`: the size of the image that the marks are from, pixels. */
export const clipboard: { marks: readonly Mark[]; image: Size | null } = { marks: [], image: null }

/** Where the same place is on the image in hand: in another view of the item, as far across and down as it was. */
export function placeOfCopied({ session, views, image }: Workspace): "same" | { readonly at: ImagePoint } {
  const { marks, image: from } = clipboard
  const around = unionOf(marks.flatMap((mark) => boundsOf(session.kinds, mark) ?? []))
  const isAlike = !from || (from.width === image.width && from.height === image.height)
  if (!views.isSet || !from || !around || isAlike) return "same"
  return { at: samePlace(centre(around), from, image) }
}
