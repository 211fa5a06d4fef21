/** `run export`: a checkpoint as a folder that transformers loads, written by a child of the trainer's room. */
import { execFile } from 'node:child_process'
import { isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { Failure, failureCodes } from '#shared/contract/failure.ts'
import type { RunDetail } from '#shared/contract/runs.ts'
import { programFolder } from '../version.ts'

export interface ExportRequest {
  /** Null: the newest checkpoint. */
  readonly step: number | null
  /** A whole path; nothing is there, or an empty folder. */
  readonly to: string
  readonly precision: 'f32' | 'bf16'
}

const Written = z.object({ folder: z.string(), files: z.array(z.string()), bytes: z.number() })
export type Exported = z.infer<typeof Written> & { readonly step: number }
const Refusal = z.object({
  error: z.object({
    code: z.enum(failureCodes),
    message: z.string(),
    input: z.string().optional(),
    remedy: z.string().optional(),
  }),
})

const program = join(programFolder, 'electron', 'trainer', 'export.ts')

/** Throws `checkpoint.missing`, `input.invalid`, and what the child refuses (`workspace.full`, `checkpoint.*`, `file.*`). */
export async function exportRun(
  run: Pick<RunDetail, 'id' | 'name' | 'folder' | 'origin' | 'checkpoints'>,
  { step, to, precision }: ExportRequest,
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
  const words = [program, run.folder, String(chosen), to, precision === 'bf16' ? 'BF16' : 'F32']
  return { ...(await answerOf(words, run.id, signal)), step: chosen }
}

function answerOf(words: readonly string[], run: string, signal?: AbortSignal): Promise<z.infer<typeof Written>> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { maxBuffer: 1_000_000, ...(signal && { signal }) }, (error, stdout, stderr) => {
      const answer = jsonOf(stdout)
      const written = Written.safeParse(answer)
      if (written.success) return resolve(written.data)
      const refusal = Refusal.safeParse(answer)
      if (refusal.success) return reject(new Failure(refusal.data.error))
      if (signal?.aborted)
        return reject(new Failure({ code: 'cancelled', message: 'The export was cancelled.', input: run }))
      const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500)
      reject(
        new Failure(
          {
            code: 'internal',
            message: `The export ended without a result: ${said || error?.message || 'it said nothing'}.`,
            input: run,
            remedy: 'Copy diagnostics and report this: it is a defect of Switchpoint.',
          },
          { cause: error },
        ),
      )
    })
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

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
