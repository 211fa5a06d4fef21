/** What the words after `electron FOLDER` ask for. Pure. */
import { isAbsolute, join } from 'node:path'

export interface WindowArguments {
  readonly workspace: string | null
  /** `#/run/run_x`, from a `switchpoint://run/run_x` link; '' for none. */
  readonly hash: string
}

export function readArguments(words: readonly string[], folder: string): WindowArguments {
  const at = words.findIndex((word) => word === '--workspace' || word.startsWith('--workspace='))
  const word = words[at]
  const path = word === '--workspace' ? words[at + 1] : word?.slice('--workspace='.length)
  const link = words.find((each) => each.startsWith('switchpoint://'))
  return {
    workspace: path ? (isAbsolute(path) ? path : join(folder, path)) : null,
    hash: link ? `#/${link.slice('switchpoint://'.length)}` : '',
  }
}
