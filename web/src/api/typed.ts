/** The client with the server's own types: every path, parameter, body and answer as OpenAPI gives them. */

import type { Call, Client, QueryValues } from "./client.ts"
import type { Page, PageSource } from "./pages.ts"

type Verb = "get" | "post" | "put" | "patch" | "delete"

/** The paths of `Paths` that take this verb. */
export type PathsFor<Paths, On extends Verb> = {
  [Path in keyof Paths]: Paths[Path] extends { [Key in On]: { responses: unknown } } ? Path : never
}[keyof Paths] &
  string

type Operation<Paths, Path extends keyof Paths, On extends Verb> = On extends keyof Paths[Path]
  ? Paths[Path][On]
  : never

type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : undefined

/** What a good answer holds; undefined where it is empty. */
export type Answer<Op> = Op extends { responses: infer Responses }
  ? [Extract<keyof Responses, 200 | 201 | 202>] extends [never]
    ? undefined
    : Json<Responses[Extract<keyof Responses, 200 | 201 | 202>]>
  : never

type Required<Name extends string, Value> = [Value] extends [never] ? unknown : { readonly [Key in Name]: Value }
type Optional<Name extends string, Value> = [Value] extends [never] ? unknown : { readonly [Key in Name]?: Value }

type PathPart<Op> = Op extends { parameters: { path: infer Values } } ? Required<"path", Values> : unknown
type QueryPart<Op> = Op extends { parameters: { query?: infer Values } }
  ? Op extends { parameters: { query: infer Needed } }
    ? Required<"query", Needed>
    : Optional<"query", Exclude<Values, undefined>>
  : unknown
type BodyPart<Op> = Op extends { requestBody: { content: { "application/json": infer Body } } }
  ? Required<"body", Body>
  : Op extends { requestBody?: { content: { "application/json": infer Body } } }
    ? Optional<"body", Body>
    : unknown

/** What a call is given: the path's and query's parameters, the body, and how to send it. */
export type Input<Op> = PathPart<Op> &
  QueryPart<Op> &
  BodyPart<Op> &
  Partial<Pick<Call, "signal" | "key" | "repeatable" | "timeout_s" | "keepalive" | "headers">>

/** An input that needs nothing may be left out. */
type Arguments<Op> = Record<never, never> extends Input<Op> ? [input?: Input<Op>] : [input: Input<Op>]

type Send<Paths, On extends Verb> = <Path extends PathsFor<Paths, On>>(
  path: Path,
  ...input: Arguments<Operation<Paths, Path, On>>
) => Promise<Answer<Operation<Paths, Path, On>>>

type RowsOf<Body> = Body extends { rows: readonly (infer Row)[] } ? Row : never

export interface Api<Paths> {
  readonly get: Send<Paths, "get">
  readonly post: Send<Paths, "post">
  readonly put: Send<Paths, "put">
  readonly patch: Send<Paths, "patch">
  readonly delete: Send<Paths, "delete">
  /** A list that comes in pages, for `new Feed(...)` on screen, or `rowsOf(...)` and `pagesOf(...)` in a loop. */
  readonly pages: <Path extends PathsFor<Paths, "get">>(
    path: Path,
    ...input: Arguments<Operation<Paths, Path, "get">>
  ) => PageSource<RowsOf<Answer<Operation<Paths, Path, "get">>>>
}

/** What any typed input looks like once its types have done their work. */
type Loose = Partial<Call> & { path?: Readonly<Record<string, unknown>> }

/** "/projects/{project_id}" with its parameters written in. Throws a RangeError for one that is empty or missing. */
export function filled(path: string, values: Readonly<Record<string, unknown>> = {}): string {
  return path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === null || value === "") throw new RangeError(`${path} needs ${name}.`)
    return encodeURIComponent(String(value))
  })
}

/** Gives a client the types of `Paths`. */
export function typed<Paths>(client: Client): Api<Paths> {
  const send =
    (method: Call["method"]) =>
    (path: string, input: Record<string, unknown> = {}) => {
      const { path: values, ...rest } = input as Loose
      return client.json({ ...rest, method, path: filled(path, values) })
    }
  const pages = (path: string, input: Record<string, unknown> = {}) => {
    const get = send("GET")
    return (after: string | null, signal?: AbortSignal) => {
      const query = { ...(input.query as QueryValues | undefined), ...(after === null ? {} : { after }) }
      return get(path, { ...input, query, signal }) as Promise<Page<unknown>>
    }
  }
  return {
    get: send("GET"),
    post: send("POST"),
    put: send("PUT"),
    patch: send("PATCH"),
    delete: send("DELETE"),
    pages,
  } as unknown as Api<Paths>
}
