/** What a path on the command line means: npm moves to the repository and leaves the user's own folder in INIT_CWD. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { defaultWorkspace } from '../engine/workspace/user-folder.ts'

export const usersPath = (path: string, env: NodeJS.ProcessEnv = process.env): string => {
  const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
  return resolve(env.INIT_CWD ?? process.cwd(), expanded)
}

/** The workspace of a command: the one named, else the one opened last, else a first one in the user's folder. */
export const workspacePath = (named: string | undefined): string =>
  named === undefined ? defaultWorkspace() : usersPath(named)

/** The nearest folder above a path that is there. */
export function existingFolder(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existingFolder(dirname(path))
}
