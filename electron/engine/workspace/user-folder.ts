/** The user's data folder: workspaces opened lately, and the one that is made when there is none yet. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { writeWhole } from './write-whole.ts'

const Recent = z.object({ path: z.string(), name: z.string(), openedAt: z.number(), summary: z.string() })
export type RecentWorkspace = z.infer<typeof Recent>

const most = 12

/** By the system's habit; SWITCHPOINT_HOME overrides it. */
export function userFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SWITCHPOINT_HOME) return env.SWITCHPOINT_HOME
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Switchpoint')
  if (platform() === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'Switchpoint')
  const xdg = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share')
  return join(xdg, 'switchpoint')
}

const listPath = (folder: string): string => join(folder, 'recent.json')

/** Workspaces opened lately that are still there, newest first. A torn list is an empty one: it is a convenience. */
export function recentWorkspaces(folder = userFolder()): RecentWorkspace[] {
  try {
    return z
      .array(Recent)
      .parse(JSON.parse(readFileSync(listPath(folder), 'utf8')))
      .filter(({ path }) => existsSync(join(path, 'switchpoint.db')))
  } catch {
    return []
  }
}

/** Puts a workspace on top of the list. */
export function rememberWorkspace(entry: RecentWorkspace, folder = userFolder()): void {
  const others = recentWorkspaces(folder).filter(({ path }) => path !== entry.path)
  mkdirSync(folder, { recursive: true })
  writeWhole(listPath(folder), JSON.stringify([entry, ...others].slice(0, most), null, 2))
}

/** The workspace for a command that names none: the one opened last, else `My workspace` in the user's folder. */
export const defaultWorkspace = (folder = userFolder()): string =>
  recentWorkspaces(folder)[0]?.path ?? join(folder, 'My workspace')
