import { untrack } from "svelte"
import type { Icon } from "./icons.ts"
import { isText, isTyping, pressed } from "./keys.ts"

/** Something that can be done from here: found in the palette by name, and by its key. */
export interface Command {
  readonly id: string
  readonly title: string
  /** The heading it stands under: "Go to", "Project". */
  readonly group: string
  readonly icon?: Icon
  /** One chord, as in keys.ts. One that would write text rests while text is being typed. */
  readonly keys?: string
  /** Other words that people may look for. */
  readonly words?: string
  run(): void
}

/** The commands under their headings, in the order in which these first appear. */
export function grouped(list: readonly Command[]): (readonly [heading: string, commands: readonly Command[]])[] {
  const headings = [...new Set(list.map(({ group }) => group))]
  return headings.map((heading) => [heading, list.filter(({ group }) => group === heading)])
}

/** What can be done from here. Pages add theirs while they are open. */
export class Commands {
  #sets = $state.raw<readonly (readonly Command[])[]>([])
  open = $state(false)

  /** All of them, the most recently added set first; of two with one id the later counts. */
  get list(): readonly Command[] {
    const byId = new Map<string, Command>()
    for (const command of this.#sets.toReversed().flat()) if (!byId.has(command.id)) byId.set(command.id, command)
    return [...byId.values()]
  }

  /** Adds a set and returns what takes it away again: return it from an $effect. */
  add(set: readonly Command[]): () => void {
    // An effect that adds must not depend on what it adds to.
    this.#sets = [...untrack(() => this.#sets), set]
    return () => {
      this.#sets = this.#sets.filter((other) => other !== set)
    }
  }

  /** Runs the command of this key press, if there is one, and says whether there was. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false
    if (pressed(event, "Ctrl+K")) {
      this.open = !this.open
      return true
    }
    if (this.open) return false
    const typing = isTyping(event.target)
    const command = this.list.find(({ keys }) => keys && pressed(event, keys) && !(typing && isText(keys)))
    command?.run()
    return command !== undefined
  }
}

export const commands = new Commands()
