/** What the components of one image editor share. */

import { EditorContext, provideHost, useHost } from "../host.ts"
import type { Settings } from "../settings.ts"
import { commandsAndKeys } from "./commands/table.ts"
import type { Workspace } from "./workspace.ts"

type ImageContext = EditorContext<Workspace>

export function newContext(workspace: Workspace, settings: Settings, isMac: boolean): ImageContext {
  return new EditorContext(workspace, settings, isMac, commandsAndKeys)
}

export function provideEditor(context: ImageContext): void {
  provideHost(context as unknown as EditorContext)
}

export function useEditor(): ImageContext {
  return useHost() as unknown as ImageContext
}
