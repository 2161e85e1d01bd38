/** What an invitation says, in words, and where it leads. */

import type { components } from "#api/schema.d.ts"

type Peek = components["schemas"]["Peek"]

const roles: Readonly<Record<string, string>> = {
  owner: "as an owner, who runs everything here",
  manager: "as a manager, who runs its projects and invites people",
  member: "as a member, who sees its projects and their results",
  worker: "to label",
  reviewer: "to label and to review what others labeled",
  lead: "as a workforce lead, who invites people and answers their questions",
}

/** "You are invited to label for Acme." */
export function offered({ kind, role, organisation }: Peek): string {
  const how = roles[role] ?? `as ${role}`
  return kind === "work" ? `You are invited to work for ${organisation}: ${how}.` : `You are invited ${how}.`
}

/** The first page that makes sense to someone who has just come in. */
export const landing = ({ kind }: Pick<Peek, "kind">): string => (kind === "work" ? "/work" : "/")
