/** The skeleton of a class while it is being built. Edges and pairs go by keys of their own, so that ids may change. */

import type { Skeleton } from "#editor/ontology.ts"

export interface DraftJoint {
  uid: string
  id: string
  name: string
  /** In the default pose, 0 to 1. */
  x: number
  y: number
  sigma: number | null
}

export type Pair = readonly [from: string, to: string]

export interface DraftSkeleton {
  points: DraftJoint[]
  /** By the uids of points. */
  edges: Pair[]
  mirrored: Pair[]
}

/** Places are kept to thousandths of the frame. */
export const neatShare = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000

export function skeletonDraft(skeleton: Skeleton | null | undefined, newUid: () => string): DraftSkeleton {
  const points = (skeleton?.points ?? []).map(({ id, name, x, y, sigma }) => ({
    uid: newUid(),
    id,
    name,
    x,
    y,
    sigma: sigma ?? null,
  }))
  const uidOf = new Map(points.map(({ id, uid }) => [id, uid]))
  const known = (pairs: readonly Pair[] = []): Pair[] =>
    pairs.flatMap(([from, to]) => {
      const [a, b] = [uidOf.get(from), uidOf.get(to)]
      return a && b ? [[a, b] as const] : []
    })
  return { points, edges: known(skeleton?.edges), mirrored: known(skeleton?.mirrored) }
}

/** The wire form; what equals the default is left out. */
export function skeletonOf({ points, edges, mirrored }: DraftSkeleton): Skeleton {
  const idOf = new Map(points.map(({ uid, id }) => [uid, id]))
  const named = (pairs: readonly Pair[]) =>
    pairs.flatMap(([from, to]) => {
      const [a, b] = [idOf.get(from), idOf.get(to)]
      return a && b ? [[a, b] as const] : []
    })
  return {
    points: points.map(({ id, name, x, y, sigma }) => ({
      id,
      name: name.trim(),
      x,
      y,
      ...(sigma === null ? {} : { sigma }),
    })),
    ...(edges.length > 0 ? { edges: named(edges) } : {}),
    ...(mirrored.length > 0 ? { mirrored: named(mirrored) } : {}),
  }
}

const isPair = ([a, b]: Pair, from: string, to: string): boolean => (a === from && b === to) || (a === to && b === from)

/** Draws the edge between two points, or takes it away if it is there. */
export function toggleEdge(skeleton: DraftSkeleton, from: string, to: string): void {
  if (from === to) return
  const rest = skeleton.edges.filter((edge) => !isPair(edge, from, to))
  skeleton.edges = rest.length < skeleton.edges.length ? rest : [...rest, [from, to]]
}

/** Makes two points partners, each in no other pair; null takes a point out of its pair. */
export function pairUp(skeleton: DraftSkeleton, uid: string, partner: string | null): void {
  const rest = skeleton.mirrored.filter((pair) => !pair.includes(uid) && (partner === null || !pair.includes(partner)))
  skeleton.mirrored = partner === null || partner === uid ? rest : [...rest, [uid, partner]]
}

export function partnerOf({ mirrored }: DraftSkeleton, uid: string): string | null {
  const pair = mirrored.find((each) => each.includes(uid))
  return pair ? (pair[0] === uid ? pair[1] : pair[0]) : null
}

/** Takes a point out, with its edges and its pair. */
export function withoutPoint({ points, edges, mirrored }: DraftSkeleton, uid: string): DraftSkeleton {
  return {
    points: points.filter((point) => point.uid !== uid),
    edges: edges.filter((edge) => !edge.includes(uid)),
    mirrored: mirrored.filter((pair) => !pair.includes(uid)),
  }
}

/** Pairs every "Left ..." with the "Right ..." of the same name; those in a pair already are left. */
export function pairByName(skeleton: DraftSkeleton): void {
  const byName = new Map(skeleton.points.map(({ uid, name }) => [name.trim().toLowerCase(), uid]))
  for (const [name, uid] of byName) {
    const other = name.startsWith("left ") ? byName.get(name.replace("left ", "right ")) : undefined
    if (other && partnerOf(skeleton, uid) === null && partnerOf(skeleton, other) === null) pairUp(skeleton, uid, other)
  }
}
