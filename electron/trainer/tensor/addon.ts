/**
 * The TensorFlow addon, as the package's own C++ sources define it (`@tensorflow/tfjs-node-gpu`, binding/). Its package
 * loader looks for a download that current machines cannot use, so we load the compiled addon ourselves.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import type { TensorData } from './dtype.ts'

/** A tensor that lives in TensorFlow: `id` is a handle that must be deleted. */
export interface TensorHandle {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

/** An operation's attribute as the addon takes it; `type` is one of the TF_ATTR_* numbers. */
export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | object | string | number[]
}

/** The addon's calls. All are synchronous; a failed one throws an Error with TensorFlow's message. */
export interface Addon {
  createTensor(shape: readonly number[], dtype: number, data: TensorData | Uint8Array[]): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): TensorData
  executeOp(op: string, attributes: OpAttribute[], inputIds: number[], outputs: number): TensorHandle[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(session: number): void
  runSavedModel(session: number, inputIds: number[], inputNames: string, outputNames: string): TensorHandle[]
  getNumOfTensors(): number
  getNumOfSavedModels(): number
  isUsingGpuDevice(): boolean
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_SHAPE: number
  readonly TF_Version: string
}

const remedy = 'Run `npm start -- provision`, which fetches TensorFlow and compiles its addon (see `doctor`).'

/** Where the provisioned parts are written down. */
export const runtimeFile = (): string =>
  join(
    process.env['SWITCHPOINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'switchpoint'),
    'runtime.json',
  )

/**
 * The path of the compiled addon: `SWITCHPOINT_TF_ADDON`, or what set-up wrote into the cache folder's `runtime.json`.
 * @throws Failure 'backend.missing' when neither names an existing file.
 */
export function addonPath(): string {
  const named = process.env['SWITCHPOINT_TF_ADDON']
  const path = named ?? addonInRuntimeFile(runtimeFile())
  if (!existsSync(path)) {
    throw new Failure({ code: 'backend.missing', message: `The TensorFlow addon is not there.`, input: path, remedy })
  }
  return path
}

function addonInRuntimeFile(file: string): string {
  const missing = (message: string, cause?: unknown) =>
    new Failure({ code: 'backend.missing', message, input: file, remedy }, { cause })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw missing('TensorFlow has not been set up on this machine.', cause)
  }
  try {
    const { addon } = JSON.parse(text) as { addon?: unknown }
    if (typeof addon === 'string') return addon
  } catch (cause) {
    throw missing('The record of installed parts is not readable.', cause)
  }
  throw missing('The record of installed parts names no TensorFlow addon.')
}
