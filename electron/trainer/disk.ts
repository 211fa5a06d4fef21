/** Writing to disk: all bytes of it, and a full disk told apart from other errors: it pauses a run, it does not fail it. */
import { writeSync } from 'node:fs'
import { Failure } from '#shared/contract/failure.ts'

/** One system call moves at most 2 GiB, and may move less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}

export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

export const workspaceFull = (path: string, cause: unknown): Failure =>
  new Failure(
    {
      code: 'workspace.full',
      message: 'The disk is full; the run was paused at its last good checkpoint.',
      input: path,
      remedy: 'Free some space (or let the run keep fewer checkpoints), then resume it.',
    },
    { cause },
  )
