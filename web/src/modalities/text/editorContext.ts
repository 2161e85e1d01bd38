/** What the components of one text editor share. */

import { EditorContext, provideHost, useHost } from "../host.ts"
import type { Settings } from "../settings.ts"
import { commandsAndKeys } from "./commands.ts"
import type { TextWorkspace } from "./workspace.ts"

type TextContext = EditorContext<TextWorkspace>

export function newContext(workspace: TextWorkspace, settings: Settings, isMac: boolean): TextContext {
  return new EditorContext(workspace, settings, isMac, commandsAndKeys)
}

export function provideEditor(context: TextContext): void {
  provideHost(context as unknown as EditorContext)
}

export function useEditor(): TextContext {
  return useHost() as unknown as TextContext
}
