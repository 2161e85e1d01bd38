/** The theme belongs to the person: chosen on one device, it is there on the next. */

import { untrack } from "svelte"
import { api, session } from "#api/api.ts"
import { asProblem } from "#api/problem.ts"
import { isChoice, theme } from "#parts/theme.svelte.ts"
import { toasts } from "#parts/toasts.svelte.ts"

/** Takes over the theme of the account at sign-in, and tells the account of every change. For the root of the window. */
export function followTheme(): void {
  let kept = theme.choice

  $effect(() => {
    const wanted = session.me?.person.preferences?.theme
    untrack(() => {
      if (isChoice(wanted)) theme.choose(wanted)
      kept = theme.choice
    })
  })

  $effect(() => {
    const { choice } = theme
    untrack(() => {
      if (choice === kept) return
      kept = choice
      if (session.me) void keep(choice)
    })
  })
}

async function keep(theme: string): Promise<void> {
  try {
    await api.patch("/api/v1/me", { body: { preferences: { theme } }, repeatable: true })
  } catch (thrown) {
    const { message, mend } = asProblem(thrown)
    toasts.show({ tone: "warn", title: "The theme is kept in this browser only.", text: `${message} ${mend}` })
  }
}
