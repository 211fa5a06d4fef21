/** The program's version and, in a checkout, the commit it stands at: what a run records as the code that made it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const programFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const packageFile = JSON.parse(readFileSync(join(programFolder, 'package.json'), 'utf8')) as { version: string }
export const version = packageFile.version

/** `0.1.0+1a2b3c4d5e6f`, or `0.1.0` without git. Read from .git by hand: git itself need not be there. */
export function codeVersion(folder = programFolder): string {
  const commit = commitOf(join(folder, '.git'))
  return commit === null ? version : `${version}+${commit.slice(0, 12)}`
}

function commitOf(git: string): string | null {
  try {
    const head = readFileSync(join(git, 'HEAD'), 'utf8').trim()
    const ref = /^ref: (refs\/[\w./-]+)$/.exec(head)?.[1]
    if (ref === undefined) return hashIn(head)
    return hashIn(readIfThere(join(git, ref))) ?? hashIn(packed(git, ref))
  } catch {
    return null
  }
}

const packed = (git: string, ref: string): string =>
  readIfThere(join(git, 'packed-refs'))
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`)) ?? ''

const hashIn = (text: string): string | null => /^[0-9a-f]{40}/.exec(text)?.[0] ?? null

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
