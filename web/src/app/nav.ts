import type { Belonging } from "#api/session.svelte.ts"
import {
  IconCase,
  IconKey,
  IconOrganisation,
  IconPeople,
  IconPerson,
  IconProject,
  IconSettings,
  IconWebhook,
  IconWork,
} from "#parts/icons.ts"
import type { NavGroup } from "#parts/shell.ts"

/** The side navigation of a person in the organisation on show: only what they can open. isAdmin: of the installation. */
export function navOf(organisation: Belonging | null, isAdmin: boolean): readonly NavGroup[] {
  const groups: NavGroup[] = []
  const member = organisation?.member_role ?? null
  // Of a closed organisation its owners see what can still be looked at.
  const isOpen = !organisation?.closed_at
  const isLead = member === "owner" || member === "manager" || organisation?.work_roles.includes("lead")
  if (member || isLead)
    groups.push({
      title: "Projects",
      items: [
        { label: "Projects", href: "/projects", icon: IconProject },
        ...(isLead && isOpen ? [{ label: "Cases", href: "/cases", icon: IconCase }] : []),
      ],
    })
  if (organisation?.worker_id && isOpen)
    groups.push({ title: "Work", items: [{ label: "Work", href: "/work", icon: IconWork }] })
  if (member)
    groups.push({
      title: "Organisation",
      items: [
        { label: "Members", href: "/members", icon: IconPerson },
        { label: "Workforces", href: "/workforces", icon: IconPeople },
        ...(isOpen ? [{ label: "API keys", href: "/keys", icon: IconKey }] : []),
        { label: "Webhooks", href: "/webhooks", icon: IconWebhook },
        { label: "Settings", href: "/organisation", icon: IconSettings },
      ],
    })
  if (isAdmin)
    groups.push({
      title: "Installation",
      items: [
        { label: "People", href: "/people", icon: IconPeople },
        { label: "Organisations", href: "/organisations", icon: IconOrganisation },
      ],
    })
  return groups
}
