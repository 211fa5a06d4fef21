/** Reads `run.json`: what the engine asks of this trainer. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { RunFile, runFiles } from '#shared/experiment/run-folder.ts'

/** Throws `file.missing` or `input.invalid`, naming the field. */
export function readRunFile(folder: string): RunFile {
  const path = join(folder, runFiles.run)
  if (!existsSync(path))
    throw new Failure({
      code: 'file.missing',
      message: 'The folder holds no run.',
      input: path,
      remedy: 'Give the folder of a run: node electron/trainer/main.ts WORKSPACE/runs/ID',
    })
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw invalid(path, 'it is not JSON', cause)
  }
  const run = RunFile.safeParse(json)
  if (run.success) return run.data
  const issue = run.error.issues[0]
  throw invalid(path, `field "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'unknown'}`)
}

const invalid = (path: string, what: string, cause?: unknown) =>
  new Failure(
    {
      code: 'input.invalid',
      message: `The run file is not one of this version: ${what}.`,
      input: path,
      remedy: 'Start the run again from the workbench: the engine writes this file.',
    },
    { cause },
  )
