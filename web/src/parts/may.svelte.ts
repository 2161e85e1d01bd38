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

  /**
   * Whether they may look through single items of a project. A lead may where a workforce of theirs is assigned to it;
   * elsewhere the server refuses and says so.
   */
  get looks(): boolean {
    return this.has("data.read") || this.has("lead")
  }

  async #load() {
    // A page without its actions is a page still: the lists on it show the error if there is one.
    const allowed = await api.get("/api/v1/permissions").catch(() => null)
    if (allowed) this.#granted = new Set(allowed.permissions)
  }
}
