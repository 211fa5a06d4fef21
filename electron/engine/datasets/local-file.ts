/**
 * A path that someone outside named, made safe to open: links resolved, and a regular file at the end. Any file of this
 * machine may be named (that is the point); a device, a pipe or a folder would hang or surprise.
 */
import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'

export interface LocalFile {
  /** Absolute, links resolved. */
  readonly path: string
  /** As the user knows it: for names and messages. */
  readonly name: string
  /** Name of the folder it was named in; '' where there is none (an upload). */
  readonly folder: string
  readonly bytes: number
  readonly modifiedMs: number
}

/** Throws `file.missing`, `file.unreadable` or `input.invalid`. */
export async function localFile(named: string): Promise<LocalFile> {
  const path = named.startsWith('~/') ? join(homedir(), named.slice(2)) : named
  if (!isAbsolute(path) || path.includes('\0'))
    throw refuse(named, 'The path is not a full one.', 'Give the whole path, from the root on.')
  let real: string
  let facts: Awaited<ReturnType<typeof stat>>
  try {
    real = await realpath(path)
    facts = await stat(real)
  } catch (cause) {
    throw unreadable(named, cause as NodeJS.ErrnoException)
  }
  if (facts.isDirectory()) throw refuse(named, 'This is a folder.', 'Name one file in it.')
  if (!facts.isFile())
    throw refuse(named, 'This is a device or a pipe, not a file.', 'Save its contents to a file first.')
  return {
    path: real,
    name: basename(path),
    folder: basename(dirname(path)),
    bytes: facts.size,
    modifiedMs: facts.mtimeMs,
  }
}

/** Throws when the file is no longer the one that was opened: half of an old and half of a new one is neither. */
export async function assertUnchanged(file: LocalFile): Promise<void> {
  const now = await stat(file.path).catch(() => null)
  if (now && now.size === file.bytes && now.mtimeMs === file.modifiedMs) return
  throw new Failure({
    code: 'file.unreadable',
    message: 'The file changed while it was read; nothing was stored.',
    input: file.name,
    remedy: 'Import it again when its writer has finished.',
  })
}

export function unreadable(input: string, cause: NodeJS.ErrnoException): Failure {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return new Failure(
      { code: 'file.missing', message: 'There is no such file.', input, remedy: 'Check the path.' },
      { cause },
    )
  }
  const why = cause.code === 'EACCES' || cause.code === 'EPERM' ? 'you may not read it' : cause.message
  return new Failure(
    {
      code: 'file.unreadable',
      message: `The file cannot be read: ${why}.`,
      input,
      remedy: 'Check its permissions, or copy it elsewhere.',
    },
    { cause },
  )
}

const refuse = (input: string, message: string, remedy: string) =>
  new Failure({ code: 'input.invalid', message, input, remedy })
