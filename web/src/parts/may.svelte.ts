import { api } from "#api/api.ts"
import type { components } from "#api/schema.d.ts"

type Permission = components["schemas"]["Permission"]

/** What the person may do in the organisation on show; asked once per page. */
export class May {
  #granted = $state.raw<ReadonlySet<Permission>>(new Set())

  constructor() {
    void this.#load()
  }

  /** False until the server has said so. */
  has(permission: Permission): boolean {
    return this.#granted.has(permission)
  }

  async #load() {
    // A page without its actions is a page still: the lists on it show the error if there is one.
    const allowed = await api.get("/api/v1/permissions").catch(() => null)
    if (allowed) this.#granted = new Set(allowed.permissions)
  }
}
