/** A class that holds for the whole image. No geometry. */

import type { UnplacedKind } from "#editor/kind.ts"

export const tagKind: UnplacedKind = {
  id: "tag",
  title: "Tag",
  isPlaced: false,
  isTag: true,
  words: () => "whole image",

  problems(geometry) {
    if (Object.keys(geometry).length === 0) return []
    return [{ code: "bad_geometry", path: "", message: "A tag has no place.", mend: "Take it off and put it on anew." }]
  },
}
