/** What can go wrong with a request, in the words that the person reads: what happened, and how to mend it. */

/** The server's error body, or our own account of a request that reached no server. */
export interface Problem {
  /** Names the class of problem and never changes: "invalid", "not_found", "offline" ... */
  readonly code: string
  readonly message: string
  /** What to do about it; empty where there is nothing to say. */
  readonly mend: string
  /** For the operator's logs; null if the request reached no server. */
  readonly requestId: string | null
  /** Facts about the problem: the field that is wrong, the limit, the line. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** A request that failed. `status` is the HTTP status, 0 if there was no answer. */
export class ApiError extends Error implements Problem {
  override readonly name = "ApiError"
  readonly code: string
  readonly mend: string
  readonly requestId: string | null
  readonly fields: Readonly<Record<string, unknown>>
  readonly status: number
  /** Seconds after which the server wants to be asked again; null if it did not say. */
  readonly retryAfterS: number | null

  constructor(problem: Problem, status: number, retryAfterS: number | null = null) {
    super(problem.message)
    this.code = problem.code
    this.mend = problem.mend
    this.requestId = problem.requestId
    this.fields = problem.fields
    this.status = status
    this.retryAfterS = retryAfterS
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const text = (value: unknown): string => (typeof value === "string" ? value : "")

/** What each status means where the answer says nothing itself: a proxy's page, an empty body. */
const byStatus: Readonly<Record<number, Pick<Problem, "code" | "message" | "mend">>> = {
  401: { code: "not_signed_in", message: "You are not signed in.", mend: "Sign in and try again." },
  403: { code: "forbidden", message: "You may not do this.", mend: "Ask an owner of the organisation for the right." },
  404: { code: "not_found", message: "There is no such thing here.", mend: "Check the address." },
  409: { code: "conflict", message: "This has changed meanwhile.", mend: "Load it again and repeat your change." },
  413: { code: "too_large", message: "This is too large.", mend: "Send less at once." },
  429: { code: "too_often", message: "Too many requests.", mend: "Wait a moment and try again." },
}

/** The problem that an answer with an error status reports. `body` is its parsed JSON, or undefined if it had none. */
export function problemOf(status: number, body: unknown): Problem {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {}
  const usual = byStatus[status] ?? {
    code: status >= 500 ? "unavailable" : "error",
    message: status >= 500 ? "The server could not answer." : `The server refused the request (${status}).`,
    mend: status >= 500 ? "Try again in a moment. If it stays, tell the operator." : "",
  }
  // An address that no route knows is answered by the framework, in words for nobody.
  const isBare = text(error.message) === "Not Found"
  return {
    code: text(error.code) || usual.code,
    message: (!isBare && text(error.message)) || usual.message,
    mend: text(error.mend) || (text(error.message) && !isBare ? "" : usual.mend),
    requestId: text(error.request_id) || null,
    fields: isRecord(error.fields) ? error.fields : {},
  }
}

const unanswered = (code: string, message: string, mend: string, fields: Problem["fields"] = {}): ApiError =>
  new ApiError({ code, message, mend, requestId: null, fields }, 0)

/** The network is gone, or the server does not listen. `thrown` is what the browser said. */
export const offline = (thrown: unknown): ApiError =>
  unanswered("offline", "The server cannot be reached.", "Check the network. What you entered is kept here.", {
    reason: thrown instanceof Error ? thrown.message : String(thrown),
  })

/** No answer within the time we give it. */
export const timedOut = (seconds: number): ApiError =>
  unanswered("timed_out", `The server did not answer within ${seconds} seconds.`, "Try again.")

/** An answer that is not what was agreed: a sign-in page of a proxy, half a document. */
export const unreadable = (status: number): ApiError =>
  new ApiError(
    {
      code: "unreadable",
      message: "The answer could not be read.",
      mend: "Load the page again. If it stays, something between you and the server changes its answers.",
      requestId: null,
      fields: {},
    },
    status,
  )

/** Anything thrown, as a problem that can be shown. A mistake of ours says so and keeps its message. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof ApiError) return thrown
  return {
    code: "fault",
    message: "Something went wrong on this page.",
    mend: "Load the page again. If it stays, tell the operator what you did.",
    requestId: null,
    fields: { reason: thrown instanceof Error ? thrown.message : String(thrown) },
  }
}
