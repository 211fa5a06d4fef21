/** An imported run has points and no weights: whatever would go on from it, or steer it, is refused here. */
import { Failure } from '#shared/contract/failure.ts'
import type { RunOrigin } from '#shared/contract/curves.ts'
import type { RunRow } from '../store/runs.ts'

/** Throws `run.wrong_state` for a run that was imported; says what cannot be done (`resume it`). */
export function assertTrainedHere(run: RunRow | undefined, what: string): void {
  if (!run || run.origin === null) return
  const { kind, file } = JSON.parse(run.origin) as RunOrigin
  throw new Failure({
    code: 'run.wrong_state',
    message:
      kind === 'example'
        ? `${run.name} belongs to the bundled example: its points are here, its weights are not.`
        : `${run.name} was imported from ${file}: its points are here, its weights are not.`,
    input: run.id,
    remedy: `You cannot ${what}; train such a run here first.`,
  })
}
