/** Bytes on their way to a disk, in any number, and a full disk told apart from other errors: it pauses a run, it does not fail it. */
import type { Hash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { Failure } from '#shared/contract/failure.ts'

/** Node writes and hashes less than 2 GiB at a time. */
const pieceBytes = 1 << 30

/** A system call may move less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, pieceBytes))
}

/** Hashes bytes, however many. */
export function updateHash(hash: Hash, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; from += pieceBytes) hash.update(bytes.subarray(from, from + pieceBytes))
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
