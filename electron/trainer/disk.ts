/** A full disk, told apart from other write errors: it pauses a run, it does not fail it. */
import { Failure } from '#shared/contract/failure.ts'

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
