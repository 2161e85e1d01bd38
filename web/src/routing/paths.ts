/** Addresses as patterns: "/projects/:project/items/:item". Their parameters are known to the compiler. */

type Names<Pattern extends string> = Pattern extends `${infer Segment}/${infer Rest}`
  ? Name<Segment> | Names<Rest>
  : Name<Pattern>
type Name<Segment extends string> = Segment extends `:${infer Word}` ? Word : never

/** { project: string; item: string } for the pattern above. */
export type Params<Pattern extends string> = { readonly [Word in Names<Pattern>]: string }

/** What stands behind the ? of an address. Undefined and null leave a name out; a list writes it several times. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

const segments = (path: string): string[] => path.split("/").filter(Boolean)

/**
 * The parameters of `path` if it fits `pattern`, else null. A slash at the end does not count. A parameter never is
 * empty; a segment that is badly escaped fits nothing.
 */
export function matchPath<Pattern extends string>(pattern: Pattern, path: string): Params<Pattern> | null {
  const wanted = segments(pattern)
  const given = segments(path)
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [at, segment] of wanted.entries()) {
    const value = given[at] ?? ""
    if (!segment.startsWith(":")) {
      if (segment !== value) return null
      continue
    }
    try {
      params[segment.slice(1)] = decodeURIComponent(value)
    } catch {
      return null
    }
  }
  return params as Params<Pattern>
}

/** "?class=car&class=bus" of a query, or nothing. Names in the order given. */
export function queryText(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text ? `?${text}` : ""
}

/** The address of `pattern` with its parameters filled in. Throws a RangeError for an empty one: it would be another page. */
export function pathTo<Pattern extends string>(pattern: Pattern, params: Params<Pattern>, query: Query = {}): string {
  const given = params as Readonly<Record<string, string>>
  const filled = segments(pattern).map((segment) => {
    if (!segment.startsWith(":")) return segment
    const value = given[segment.slice(1)]
    if (!value) throw new RangeError(`${pattern} needs ${segment.slice(1)}.`)
    return encodeURIComponent(value)
  })
  return `/${filled.join("/")}${queryText(query)}`
}

/** How specific a pattern is: of two that fit one path, the one with a fixed word where the other has a parameter wins. */
export function specificity(pattern: string): string {
  return segments(pattern)
    .map((segment) => (segment.startsWith(":") ? "0" : "1"))
    .join("")
}

/** Where to go after sign-in: `next` if it is an address of ours, else home. A link from outside cannot lead elsewhere. */
export function afterSignIn(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : "/"
}
