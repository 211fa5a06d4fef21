/** A workspace: a folder that its user can copy. What lies where in it. */
import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'

export interface Workspace {
  /** Absolute, links resolved: two names of one folder are one workspace. */
  readonly path: string
  readonly name: string
  readonly database: string
  readonly lock: string
  readonly backups: string
  readonly datasets: string
  readonly subsets: string
  readonly uploads: string
  readonly runs: string
  readonly exports: string
  readonly reports: string
  /** Recorded graphs, by the hash of all that shapes them. */
  readonly graphs: string
  readonly logs: string
}

const folders = ['backups', 'datasets', 'subsets', 'uploads', 'runs', 'exports', 'reports', 'graphs', 'logs'] as const

/**
 * Makes or opens the folder.
 * Throws `input.invalid` where a file is in the way, `file.unreadable` where it may not be made or written.
 */
export function openFolder(path: string): Workspace {
  const absolute = isAbsolute(path) ? path : resolve(path)
  try {
    mkdirSync(absolute, { recursive: true })
    if (!statSync(absolute).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    const root = realpathSync(absolute)
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
    const workspace = workspaceAt(root)
    for (const folder of folders) mkdirSync(workspace[folder], { recursive: true })
    return workspace
  } catch (cause) {
    throw asFailure(cause as NodeJS.ErrnoException, absolute)
  }
}

/** The places of a workspace, by name alone: nothing is made. */
export function workspaceAt(root: string): Workspace {
  const places = Object.fromEntries(folders.map((folder) => [folder, join(root, folder)])) as Record<
    (typeof folders)[number],
    string
  >
  return {
    path: root,
    name: basename(root) || root,
    database: join(root, 'switchpoint.db'),
    lock: join(root, 'workspace.lock'),
    ...places,
  }
}

function asFailure(cause: NodeJS.ErrnoException, input: string): Failure {
  if (cause.code === 'EEXIST' || cause.code === 'ENOTDIR') {
    return new Failure(
      {
        code: 'input.invalid',
        message: 'A workspace is a folder; there is a file of that name.',
        input,
        remedy: 'Name a folder, existing or new.',
      },
      { cause },
    )
  }
  if (cause.code === 'ENOSPC') {
    return new Failure(
      { code: 'workspace.full', message: 'The disk is full.', input, remedy: 'Free some space.' },
      { cause },
    )
  }
  return new Failure(
    {
      code: 'file.unreadable',
      message: `The workspace folder cannot be made or written: ${cause.message}.`,
      input,
      remedy: 'Choose a folder that you may write to.',
    },
    { cause },
  )
}
