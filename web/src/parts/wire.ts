/** The server's documents as the editor reads them: the same JSON, of which the schema knows less. */

import type { components } from "#api/schema.d.ts"
import type { WireAnnotation } from "#editor/annotation.ts"
import type { Ontology } from "#editor/ontology.ts"

type Annotation = components["schemas"]["Annotation"]

export const readable = (annotation: Annotation): WireAnnotation => annotation as unknown as WireAnnotation

export const sendable = (document: WireAnnotation): Annotation => document as unknown as Annotation

/** A version of a project's ontology; empty while it is on its way. */
export const ontologyOf = (version: { readonly document: unknown } | null): Ontology =>
  (version?.document ?? {}) as Ontology
