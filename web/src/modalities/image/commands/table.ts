/** Everything one can do in the image editor, written out, and the keys that do it. */

import type { Command } from "#editor/commands.ts"
import { attributesCommand, searchCommand } from "../../classCommands.ts"
import { commandsFrom } from "../../commandTable.ts"
import { decideCommands } from "../../decideCommands.ts"
import { deleteCommands, historyCommands, selectCommands } from "../../markCommands.ts"
import { reviewCommands } from "../../reviewCommands.ts"
import { swipeCommands } from "../../swipeCommands.ts"
import { threadCommands } from "../../threadCommands.ts"
import { workCommands } from "../../workCommands.ts"
import type { Workspace } from "../workspace.ts"
import { assistCommands } from "./assist.ts"
import { drawCommands } from "./draw.ts"
import { markCommands } from "./marks.ts"
import { pointCommands } from "./points.ts"
import { regionCommands } from "./regions.ts"
import { relationCommands } from "./relations.ts"
import { zoomCommand } from "./select.ts"
import { skeletonCommands } from "./skeletons.ts"
import { turningCommands } from "./turning.ts"
import { viewCommands } from "./view.ts"
import { onImageOfSelection, viewsCommands } from "./views.ts"
import { walkCommands } from "./walks.ts"

export const STATIC_COMMANDS: readonly Command<Workspace>[] = onImageOfSelection([
  ...drawCommands,
  searchCommand,
  attributesCommand,
  ...selectCommands,
  zoomCommand,
  ...deleteCommands,
  ...markCommands,
  ...turningCommands,
  ...pointCommands,
  ...skeletonCommands,
  ...relationCommands,
  ...regionCommands,
  ...assistCommands,
  ...historyCommands,
  ...viewCommands,
  ...viewsCommands,
  ...walkCommands,
  ...workCommands,
  ...reviewCommands,
  ...decideCommands,
  ...threadCommands,
  ...swipeCommands,
])

export const commandsAndKeys = commandsFrom(STATIC_COMMANDS)
