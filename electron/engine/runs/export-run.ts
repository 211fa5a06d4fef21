/** `run export`: a checkpoint as a folder that transformers loads, written by a child of the trainer's room. */
import { isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import type { RunDetail } from '#shared/contract/runs.ts'
import { childAnswer } from '../child-answer.ts'
import { programFolder } from '../version.ts'

export interface ExportRequest {
  /** Null: the newest checkpoint. */
  readonly step: number | null
  /** A whole path; nothing is there, or an empty folder. */
  readonly to: string
  readonly precision: 'f32' | 'bf16'
  /** Adapters alone, in PEFT's form. */
  readonly adapter: boolean
}

const Written = z.object({ folder: z.string(), files: z.array(z.string()), bytes: z.number() })
export type Exported = z.infer<typeof Written> & { readonly step: number }

const program = join(programFolder, 'electron', 'trainer', 'export.ts')

/** Throws `checkpoint.missing`, `input.invalid`, and what the child refuses (`workspace.full`, `checkpoint.*`, `file.*`). */
export async function exportRun(
  run: Pick<RunDetail, 'id' | 'name' | 'folder' | 'origin' | 'checkpoints'>,
  { step, to, precision, adapter }: ExportRequest,
  signal?: AbortSignal,
): Promise<Exported> {
  if (!isAbsolute(to))
    throw new Failure({
      code: 'input.invalid',
      message: 'The folder must be given by its whole path.',
      input: `to = ${to}`,
      remedy: 'Write the path from the root.',
    })
  const steps = run.checkpoints.map((checkpoint) => checkpoint.step)
  const chosen = step ?? steps.at(-1)
  if (chosen === undefined || !steps.includes(chosen)) throw noSuchCheckpoint(run, steps, step)
  const words = [
    program,
    run.folder,
    String(chosen),
    to,
    precision === 'bf16' ? 'BF16' : 'F32',
    ...(adapter ? ['adapter'] : []),
  ]
  const written = await childAnswer({
    words,
    answer: Written,
    ...(signal && { options: { signal } }),
    unexplained: (said, cause) =>
      signal?.aborted
        ? new Failure({ code: 'cancelled', message: 'The export was cancelled.', input: run.id })
        : unexplained(run.id, said, cause),
  })
  return { ...written, step: chosen }
}

const unexplained = (run: string, said: string, cause: Error | null): Failure =>
  new Failure(
    {
      code: 'internal',
      message: `The export ended without a result: ${said}.`,
      input: run,
      remedy: 'Copy diagnostics and report this: it is a defect of Switchpoint.',
    },
    { cause },
  )

function noSuchCheckpoint(
  { id, name, origin }: Pick<RunDetail, 'id' | 'name' | 'origin'>,
  steps: readonly number[],
  step: number | null,
): Failure {
  const nearest = steps.reduce<number | null>(
    (best, each) => (best === null || Math.abs(each - (step ?? 0)) < Math.abs(best - (step ?? 0)) ? each : best),
    null,
  )
  return new Failure({
    code: 'checkpoint.missing',
    message:
      step === null || nearest === null
        ? `${name} has no checkpoint yet.`
        : `${name} has no checkpoint at step ${step}.`,
    input: id,
    remedy:
      nearest !== null
        ? `Export step ${nearest}, its nearest; there are ${steps.join(', ')}.`
        : origin !== null
          ? 'Its points were imported; its weights are not here. Export a run that was trained here.'
          : 'Let it reach its first checkpoint.',
  })
}
