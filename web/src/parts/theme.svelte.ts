/** Light, dark, or as the system has it. Kept in this browser; public/theme.js reads it before the first paint. */

export type ThemeChoice = "system" | "light" | "dark"

const storageKey = "fairmark.theme"

export const isChoice = (value: unknown): value is ThemeChoice =>
  value === "system" || value === "light" || value === "dark"

function kept(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey)
    return isChoice(value) ? value : "system"
  } catch {
    return "system"
  }
}

export class Theme {
  #choice = $state<ThemeChoice>(kept())
  #systemDark = $state(false)

  constructor() {
    const query = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null
    this.#systemDark = query?.matches ?? false
    query?.addEventListener("change", (event) => {
      this.#systemDark = event.matches
    })
  }

  get choice(): ThemeChoice {
    return this.#choice
  }

  /** What is on screen now; canvases redraw when it changes. */
  get shown(): "light" | "dark" {
    if (this.#choice !== "system") return this.#choice
    return this.#systemDark ? "dark" : "light"
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    if (choice === "system") delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = choice
    try {
      localStorage.setItem(storageKey, choice)
    } catch {
      // Storage may be full or forbidden; the choice then lasts as long as the page.
    }
  }
}

export const theme = new Theme()
