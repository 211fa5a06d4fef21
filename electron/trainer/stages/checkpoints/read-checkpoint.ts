/** Reads a checkpoint back, with every check that stands between a damaged file and a run that silently goes wrong. */
import { createHash } from 'node:crypto'
import { existsSync, fstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { updateHash } from '../../disk.ts'
import { readBytes, withFile } from '../../model/hugging-face/safetensors-file.ts'
import type { PolicyState } from '../../policy.ts'
import { checkpointFiles, checkpointFormat, CheckpointState } from './checkpoint.ts'
import { readTensors, type TakeBytes, type TensorFile } from './safetensors.ts'

export interface Checkpoint {
  readonly state: CheckpointState
  readonly policy: PolicyState
}

/**
 * The checkpoint at `folder`; moments only when asked for (a new stage starts its optimiser afresh).
 * Throws `checkpoint.missing`, `checkpoint.corrupt` (a file is torn or not what state.json says) or `checkpoint.incompatible`
 * (written by a newer version).
 */
export function readCheckpoint(folder: string, { moments }: { moments: boolean }): Checkpoint {
  const state = readState(folder)
  const weights = tensorsOf(folder, 'model', state)
  if (!moments) return { state, policy: { weights: weights.tensors, optimiserStep: 0 } }
  const optimizer = tensorsOf(folder, 'optimizer', state)
  const pick = (kind: 'first' | 'second') =>
    new Map(
      [...weights.tensors].map(([name, { data }]) => [name, moment(folder, optimizer, `${kind}.${name}`, data.length)]),
    )
  return {
    state,
    policy: {
      weights: weights.tensors,
      moments: { first: pick('first'), second: pick('second') },
      optimiserStep: state.optimiserStep,
    },
  }
}

/** The state alone, its files unread. Throws as readCheckpoint. */
export function readState(folder: string): CheckpointState {
  const path = join(folder, checkpointFiles.state)
  if (!existsSync(path))
    throw new Failure({
      code: 'checkpoint.missing',
      message: existsSync(folder) ? 'The checkpoint has no state.json.' : 'There is no checkpoint here.',
      input: folder,
      remedy: 'Start from another checkpoint of the run.',
    })
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw corrupt(path, 'state.json is not JSON', cause)
  }
  const format = (json as { format?: unknown } | null)?.format
  if (typeof format === 'number' && format > checkpointFormat)
    throw new Failure({
      code: 'checkpoint.incompatible',
      message: `The checkpoint has format ${format}; this version reads up to ${checkpointFormat}.`,
      input: path,
      remedy: 'Open the workspace with the version of Switchpoint that wrote it, or a newer one.',
    })
  const state = CheckpointState.safeParse(json)
  if (!state.success)
    throw corrupt(path, `state.json is not what it should be (${state.error.issues[0]?.path.join('.')})`)
  return state.data
}

function tensorsOf(folder: string, which: 'model' | 'optimizer', state: CheckpointState): TensorFile {
  const path = join(folder, checkpointFiles[which])
  if (!existsSync(path)) throw corrupt(path, 'the file is missing')
  const hash = createHash('sha256')
  let tensors: TensorFile
  try {
    tensors = withFile(path, (file) => {
      let at = 0
      const take: TakeBytes = (length) => {
        const bytes = readBytes(path, file, at, length)
        at += length
        updateHash(hash, bytes)
        return bytes
      }
      return readTensors(fstatSync(file).size, take)
    })
  } catch (cause) {
    throw corrupt(path, `its content is not what was written (${(cause as Error).message})`, cause)
  }
  if (hash.digest('hex') !== state.sha256[which])
    throw corrupt(path, 'its content is not what was written (sha256 differs)')
  return tensors
}

function moment(folder: string, file: TensorFile, name: string, length: number): Float32Array {
  const tensor = file.tensors.get(name)
  if (tensor?.data.length !== length)
    throw corrupt(join(folder, checkpointFiles.optimizer), `it lacks ${name} with ${length} values`)
  return tensor.data
}

function corrupt(path: string, what: string, cause?: unknown): Failure {
  return new Failure(
    {
      code: 'checkpoint.corrupt',
      message: `The checkpoint is damaged: ${what}.`,
      input: path,
      remedy: 'Go on from an earlier checkpoint of the run; this one can be deleted.',
    },
    { cause },
  )
}
