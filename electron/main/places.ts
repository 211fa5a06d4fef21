/** Where things lie: from the sources (`npm start`) or in a package. */
import { app } from 'electron'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** This file is bundled into out/main/main.js. */
const out = join(import.meta.dirname, '..')

export const pageFolder = join(out, 'renderer')
export const preloadFile = join(out, 'preload', 'preload.cjs')

/** The folder that holds `electron/cli`. */
const programFolder = app.isPackaged ? join(process.resourcesPath, 'app') : join(out, '..')
export const cliFile = join(programFolder, 'electron', 'cli', 'main.ts')

/** The plain Node 24 that runs engine and trainers; never Electron's own. Null where the set-up has not provided it. */
export function plainNode(env: NodeJS.ProcessEnv = process.env): string | null {
  const name = process.platform === 'win32' ? 'node.exe' : 'bin/node'
  const candidates = [env['SWITCHPOINT_NODE'], join(process.resourcesPath, 'node', name)]
  return candidates.find((path): path is string => path !== undefined && existsSync(path)) ?? null
}
