/** What every editor takes and starts with. */

import type { Snippet } from "svelte"
import type { WireAnnotation } from "#editor/annotation.ts"
import { newId } from "#editor/ids.ts"
import type { Mode } from "#editor/keymap.ts"
import type { Ontology } from "#editor/ontology.ts"
import { type Clock, type EditorPort, systemClock } from "#editor/port.ts"
import type { Session } from "#editor/session.ts"
import { IndexedShelf, MemoryShelf, type Shelf } from "#editor/shelf.ts"
import { type Threads, threadsOf as threadsAt } from "#editor/threads.ts"
import { type Ending, Work } from "#editor/work.ts"
import type { Submission } from "./review.ts"

/** A reason to choose: for skipping, for sending back. */
export interface Reason {
  readonly id: string
  readonly name: string
}

export interface EditorProps {
  ontology: Ontology
  /** The draft, the prediction, or for a review what the submissions say together. */
  document: WireAnnotation
  mode: Mode
  /** The item's own data: what of it is for the editor is shown or obeyed. */
  meta?: unknown
  /** How to reach the server; absent for a viewer, or where nothing is to be kept. */
  port?: EditorPort
  assignmentId?: string
  /** The seq of the draft in `document`; 0 if there was none. */
  seq?: number
  /** What a review is of. */
  submissions?: readonly Submission[]
  /** Whether anything may have been said about the task already. */
  hasThreads?: boolean
  skipReasons?: readonly Reason[]
  rejectReasons?: readonly Reason[]
  guideline?: Snippet
  /** Where unsent work is kept; the browser's database unless given. */
  shelf?: Shelf
  clock?: Clock
  /** False while it stands ready out of sight: it counts no time, hears no keys, and takes no focus. */
  active?: boolean
  onended?: (ending: Ending) => void
}

/** The work of a person at a session; null for a viewer. */
export function workOf(session: Session, props: Partial<EditorProps>): Work | null {
  const { port, shelf, assignmentId = "", seq = 0, clock = systemClock, onended } = props
  if (!port || session.mode === "view") return null
  return new Work({
    session,
    port,
    clock,
    assignmentId,
    seq,
    shelf: shelf ?? (typeof indexedDB === "undefined" ? new MemoryShelf() : new IndexedShelf(indexedDB)),
    handInKey: newId(),
    // Time counts from when it is worked at: see watchPresence.
    watching: { visible: false, focused: false },
    onEnded: (ending) => onended?.(ending),
  })
}

/** What is said about the item at a session; null for a viewer, and where the server keeps nothing of it. */
export function threadsOf(session: Session, props: Partial<EditorProps>): Threads | null {
  const { port, assignmentId = "", hasThreads: mayHave = false } = props
  if (!port || session.mode === "view") return null
  return threadsAt({ session, port, assignmentId, storage: browserStorage(), mayHave })
}

/** Where this browser keeps settings. It may be forbidden: asking for it then throws. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.userAgent)
}
