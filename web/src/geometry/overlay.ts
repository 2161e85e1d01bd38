/**
 * Rings laid over one another: their union, one less the other, and pieces cut by a line. All edges are split where they meet;
 * those with the result on one side only are kept, that side to their left, and followed from corner to corner.
 */

import { covers, nearestOn, type Path, ringArea, type XY } from "./path.ts"

/** Corners that lie so near are one, pixels; documents keep hundredths. */
const SAME = 1e-6
/** So far beside an edge it is asked what lies there, pixels. */
const BESIDE = 1e-4

/** An outer ring, and its holes. */
export type Part = readonly Path[]

interface Edge {
  readonly a: XY
  readonly b: XY
}

/** What `ours` and `theirs` cover together. */
export function unitedParts(ours: readonly Part[], theirs: readonly Part[]): Part[] {
  return overlaid(ours.flat(), theirs.flat(), (inOurs, inTheirs) => inOurs || inTheirs)
}

/** What `ours` cover and `theirs` do not. */
export function partsWithout(ours: readonly Part[], theirs: readonly Part[]): Part[] {
  return overlaid(ours.flat(), theirs.flat(), (inOurs, inTheirs) => inOurs && !inTheirs)
}

/** The pieces that a line cuts the parts into; where it does not go from side to side they are as they were. */
export function partsCut(parts: readonly Part[], line: Path): Part[] {
  const rings = parts.flat()
  const edges = split([...rings.flatMap(ringEdges), ...pathEdges(line)])
  const border: Edge[] = []
  const inner: Edge[] = []
  for (const edge of edges) {
    const [left, right] = besides(edge).map((at) => covers(rings, at)) as [boolean, boolean]
    if (left && right) inner.push(edge)
    else if (left !== right) border.push(left ? edge : { a: edge.b, b: edge.a })
  }
  const through = withoutLooseEnds(inner, border)
  return partsOf(ringsOf([...border, ...through, ...through.map(({ a, b }) => ({ a: b, b: a }))]), cornersOf(rings))
}

/** The stretches of `line` between the places where it crosses `knife`. */
export function pathCut(line: Path, knife: Path): Path[] {
  const cuts = crossings(pathEdges(line), pathEdges(knife))
  const pieces: XY[][] = [[line[0] as XY]]
  pathEdges(line).forEach(({ b }, i) => {
    for (const at of cuts[i] as XY[]) {
      const last = pieces.at(-1) as XY[]
      if (!isSame(last.at(-1) as XY, at)) last.push(at)
      if (!isSame(at, line.at(-1) as XY) && !isSame(at, line[0] as XY)) pieces.push([at])
    }
    const last = pieces.at(-1) as XY[]
    if (!isSame(last.at(-1) as XY, b)) last.push(b)
  })
  return pieces.filter((piece) => piece.length > 1)
}

function overlaid(ours: readonly Path[], theirs: readonly Path[], isIn: (a: boolean, b: boolean) => boolean): Part[] {
  const kept: Edge[] = []
  for (const edge of split([...ours, ...theirs].flatMap(ringEdges))) {
    const [left, right] = besides(edge).map((at) => isIn(covers(ours, at), covers(theirs, at))) as [boolean, boolean]
    if (left !== right) kept.push(left ? edge : { a: edge.b, b: edge.a })
  }
  return partsOf(ringsOf(kept), cornersOf([...ours, ...theirs]))
}

function ringEdges(ring: Path): Edge[] {
  return ring.map((a, i) => ({ a, b: ring[(i + 1) % ring.length] as XY })).filter(({ a, b }) => !isSame(a, b))
}

function pathEdges(path: Path): Edge[] {
  return path.slice(1).map((b, i) => ({ a: path[i] as XY, b }))
}

function isSame([ax, ay]: XY, [bx, by]: XY): boolean {
  return Math.abs(ax - bx) <= SAME && Math.abs(ay - by) <= SAME
}

function keyOf([x, y]: XY): string {
  return `${Math.round(x / SAME)},${Math.round(y / SAME)}`
}

/** A place a little to the left and to the right of an edge's middle. */
function besides({ a, b }: Edge): readonly [left: XY, right: XY] {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const long = Math.hypot(dx, dy)
  const [acrossX, acrossY] = [(-dy / long) * BESIDE, (dx / long) * BESIDE]
  const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
  return [
    [x + acrossX, y + acrossY],
    [x - acrossX, y - acrossY],
  ]
}

/** Where each of `edges` meets any of `others`, along the edge from its beginning. */
function crossings(edges: readonly Edge[], others: readonly Edge[]): XY[][] {
  return edges.map((edge) => {
    const found: XY[] = []
    for (const other of others) if (other !== edge && isNear(edge, other)) found.push(...meetings(edge, other))
    const away = ([x, y]: XY) => Math.hypot(x - edge.a[0], y - edge.a[1])
    return found.sort((one, two) => away(one) - away(two))
  })
}

function isNear({ a, b }: Edge, { a: c, b: d }: Edge): boolean {
  const apart = (axis: 0 | 1) =>
    Math.max(a[axis], b[axis]) < Math.min(c[axis], d[axis]) - SAME ||
    Math.max(c[axis], d[axis]) < Math.min(a[axis], b[axis]) - SAME
  return !apart(0) && !apart(1)
}

/** The places of an edge where another crosses, touches or ends on it. */
function meetings({ a, b }: Edge, { a: c, b: d }: Edge): XY[] {
  const touching = [c, d].filter((end) => nearestOn([a, b], false, end).distance <= SAME)
  const [rx, ry] = [b[0] - a[0], b[1] - a[1]]
  const [sx, sy] = [d[0] - c[0], d[1] - c[1]]
  const across = rx * sy - ry * sx
  if (touching.length > 0 || across === 0) return touching
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / across
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / across
  if (t < 0 || t > 1 || u < 0 || u > 1) return []
  return [[a[0] + t * rx, a[1] + t * ry]]
}

/** Edges that meet others at their ends only, none of them twice. */
function split(edges: readonly Edge[]): Edge[] {
  const known = new Set<string>()
  const result: Edge[] = []
  crossings(edges, edges).forEach((cuts, i) => {
    const { a, b } = edges[i] as Edge
    const way = [a, ...cuts, b]
    for (let n = 1; n < way.length; n++) {
      const [from, to] = [way[n - 1] as XY, way[n] as XY]
      const [one, other] = [keyOf(from), keyOf(to)]
      const key = one < other ? `${one} ${other}` : `${other} ${one}`
      if (one === other || known.has(key)) continue
      known.add(key)
      result.push({ a: from, b: to })
    }
  })
  return result
}

/** `edges` less those that lead nowhere: at whose one end neither another of them nor `border` goes on. */
function withoutLooseEnds(edges: readonly Edge[], border: readonly Edge[]): Edge[] {
  const fixed = new Set(border.flatMap(({ a, b }) => [keyOf(a), keyOf(b)]))
  let left = [...edges]
  for (;;) {
    const ends = new Map<string, number>()
    for (const { a, b } of left) for (const key of [keyOf(a), keyOf(b)]) ends.set(key, (ends.get(key) ?? 0) + 1)
    const goesOn = (at: XY) => fixed.has(keyOf(at)) || (ends.get(keyOf(at)) ?? 0) > 1
    const next = left.filter(({ a, b }) => goesOn(a) && goesOn(b))
    if (next.length === left.length) return left
    left = next
  }
}

/** The rings that directed edges make: at each corner the sharpest turn to the left side goes on. */
function ringsOf(edges: readonly Edge[]): XY[][] {
  const from = new Map<string, { to: XY; angle: number; edge: number }[]>()
  edges.forEach(({ a, b }, edge) => {
    const key = keyOf(a)
    const list = from.get(key) ?? []
    list.push({ to: b, angle: Math.atan2(b[1] - a[1], b[0] - a[0]), edge })
    from.set(key, list)
  })
  const taken = new Uint8Array(edges.length)
  const rings: XY[][] = []
  edges.forEach((first, start) => {
    const ring: XY[] = []
    let [edge, at] = [start, first] as [number, Edge]
    while (!taken[edge]) {
      taken[edge] = 1
      ring.push(at.a)
      const back = Math.atan2(at.a[1] - at.b[1], at.a[0] - at.b[0])
      // Clockwise from where it came: the least turn first.
      const turn = (angle: number) => (back - angle + 4 * Math.PI - 1e-12) % (2 * Math.PI)
      const next = (from.get(keyOf(at.b)) ?? []).reduce<{ to: XY; angle: number; edge: number } | null>(
        (best, each) => (taken[each.edge] || (best && turn(best.angle) <= turn(each.angle)) ? best : each),
        null,
      )
      if (!next) break
      edge = next.edge
      at = edges[edge] as Edge
    }
    if (ring.length >= 3) rings.push(ring)
  })
  return rings
}

function cornersOf(rings: readonly Path[]): ReadonlySet<string> {
  return new Set(rings.flat().map(keyOf))
}

/** Outer rings with the holes that lie in them, without the corners on straight edges that only splitting made. */
function partsOf(rings: readonly XY[][], corners: ReadonlySet<string>): Part[] {
  const neat = rings.map((ring) => ring.filter((at, i) => corners.has(keyOf(at)) || !isStraight(ring, i)))
  const outer = neat.filter((ring) => ring.length >= 3 && ringArea(ring) > 0)
  const parts = outer.map((ring): Path[] => [ring])
  for (const hole of neat) {
    if (hole.length < 3 || ringArea(hole) >= 0) continue
    const inside = besides({ a: hole[0] as XY, b: hole[1] as XY })[0]
    const around = parts.filter(([ring]) => covers([ring as Path], inside))
    around.sort(([one], [other]) => ringArea(one as Path) - ringArea(other as Path))
    around[0]?.push(hole)
  }
  return parts
}

function isStraight(ring: Path, i: number): boolean {
  const [a, at, b] = [ring.at(i - 1) as XY, ring[i] as XY, ring[(i + 1) % ring.length] as XY]
  return nearestOn([a, b], false, at).distance <= SAME
}
