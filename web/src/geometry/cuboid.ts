/** Cuboids as an image shows them: four corners of the face in front and of the one behind, clockwise from the upper left. */

import { type Box, boxBetween, movedWithin, type Size } from "./box.ts"
import { boundsOf, type Path, type XY } from "./path.ts"
import { type ImagePoint, imagePoint } from "./point.ts"

/** The face behind is so much smaller than the one in front, until somebody pulls at it. */
const BEHIND = 0.75

export function faceOf({ x, y, w, h }: Box): Path {
  return [
    [x, y],
    [x + w, y],
    [x + w, y + h],
    [x, y + h],
  ]
}

/** Whether the sides of a face run along those of the image. */
export function isUpright([a, b, c, d]: Path): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    c !== undefined &&
    d !== undefined && //
    a[1] === b[1] &&
    b[0] === c[0] &&
    c[1] === d[1] &&
    d[0] === a[0]
  )
}

/** Whether the corners go round clockwise without turning back. As `fairmark.modalities.image.marks.cuboid.in_order`. */
export function isInOrder(face: Path): boolean {
  let turned = 0
  for (let i = 0; i < 4; i++) {
    const [a, b, c] = [face[i], face[(i + 1) % 4], face[(i + 2) % 4]] as [XY, XY, XY]
    const turn = (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    if (turn < 0) return false
    turned += turn
  }
  return turned > 0
}

/** The face behind one in front, its middle at `at`, as far as the image lets it. */
export function faceBehind(front: Box, at: ImagePoint, image: Size, scale = BEHIND): Path {
  const [w, h] = [front.w * scale, front.h * scale]
  return faceOf(movedWithin({ x: at[0] - w / 2, y: at[1] - h / 2, w, h }, 0, 0, image))
}

/** A face with one corner pulled to `to`: an upright one stays upright unless its corner is freed. */
export function pulledCorner(face: Path, corner: number, to: XY, isFree: boolean): Path {
  if (isFree || !isUpright(face)) return face.map((point, i) => (i === corner ? to : point))
  const across = face[(corner + 2) % 4] as XY
  return faceOf(boxBetween(imagePoint(across[0], across[1]), imagePoint(to[0], to[1])))
}

/** A face moved so that its middle lies at `to`, as far as the image lets it. */
export function movedFace(face: Path, to: ImagePoint, image: Size): Path {
  const box = boundsOf([face])
  const there = movedWithin(box, to[0] - (box.x + box.w / 2), to[1] - (box.y + box.h / 2), image)
  return face.map(([x, y]): XY => [x + there.x - box.x, y + there.y - box.y])
}

/** The convex hull of points, clockwise on a screen. Source: Andrew 1979, the monotone chain. */
export function hull(points: Path): Path {
  const ordered = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return [...chain(ordered), ...chain(ordered.reverse())]
}

function chain(ordered: Path): XY[] {
  const kept: XY[] = []
  for (const point of ordered) {
    while (kept.length > 1) {
      const [a, b] = kept.slice(-2) as [XY, XY]
      if ((b[0] - a[0]) * (point[1] - b[1]) - (b[1] - a[1]) * (point[0] - b[0]) > 0) break
      kept.pop()
    }
    kept.push(point)
  }
  kept.pop()
  return kept
}
