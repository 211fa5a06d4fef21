/** Is a path inside a folder, links resolved? False for what is not there. */
import { realpathSync } from 'node:fs'
import { sep } from 'node:path'

export function isInside(folder: string, path: string): boolean {
  try {
    const root = realpathSync(folder)
    const real = realpathSync(path)
    return real === root || real.startsWith(root + sep)
  } catch {
    return false
  }
}
