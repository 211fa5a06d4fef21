/**
 * TensorFlow in this process: loads the addon, registers the package's kernels with tfjs, and says what it found.
 * Nothing here knows of graphs; `record.ts` builds on it.
 */
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs'
import { Failure } from '#shared/contract/failure.ts'
import { loadKernels } from '../kernels/library.ts'
import { addonPath, type Addon, type OpAttribute } from './addon.ts'

/** The parts of the package's `NodeJSKernelBackend` that recording looks into. */
export interface KernelBackend extends tf.KernelBackend {
  binding: Addon
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: TensorInfo[], outputs: number): Tensor[]
  getInputTensorIds(inputs: TensorInfo[]): number[]
  move(
    dataId: object,
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void
}

export interface BackendFacts {
  readonly name: 'tensorflow' | 'tfjs-wasm'
  readonly version: string
  readonly device: 'cpu' | 'gpu'
  readonly threads: number
  /** Whether our own kernels are there (`kernels/`); without them the same is computed by TensorFlow's operations. */
  readonly kernels: boolean
}

export interface Backend {
  readonly tf: typeof tf
  readonly addon: Addon
  readonly kernels: KernelBackend
  readonly facts: BackendFacts
}

let loaded: Backend | undefined

/**
 * TensorFlow, loaded once a process. `threads` bounds the workers of one operation and of the graph; TensorFlow reads it
 * when it starts, so a later call with another number is refused.
 * @throws Failure 'backend.missing' (no addon, or one that cannot be loaded), 'input.invalid' (threads changed).
 */
export function loadBackend(threads: number = availableParallelism()): Backend {
  if (loaded !== undefined) {
    if (threads !== loaded.facts.threads) throw threadsAreFixed(threads, loaded.facts.threads)
    return loaded
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new Failure({
      code: 'input.invalid',
      message: `A backend needs at least one thread.`,
      input: `threads = ${threads}`,
    })
  }
  const addon = loadAddon(threads)
  const kernels = registerKernels(addon)
  const device = addon.isUsingGpuDevice() ? 'gpu' : 'cpu'
  const facts = { name: 'tensorflow', version: addon.TF_Version, device, threads } as const
  loaded = { tf, addon, kernels, facts: { ...facts, kernels: device === 'cpu' && loadKernels(threads) } }
  return loaded
}

const require = createRequire(import.meta.url)

function loadAddon(threads: number): Addon {
  const path = addonPath()
  // Read by TensorFlow when its library starts. The log level silences all but one line, which goes to stderr.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3'
  process.env['TF_NUM_INTRAOP_THREADS'] = String(threads)
  process.env['TF_NUM_INTEROP_THREADS'] = String(threads)
  process.env['OMP_NUM_THREADS'] = String(threads)
  // On a GPU: memory as it is needed, not all of it at once; and f32 means f32, not TensorFloat-32.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0'
  try {
    return require(path) as Addon
  } catch (cause) {
    const remedy = 'Run `npm start -- doctor`; if it finds the addon unusable, `npm start -- provision` makes it anew.'
    throw new Failure(
      { code: 'backend.missing', message: 'The TensorFlow addon cannot be loaded.', input: path, remedy },
      { cause },
    )
  }
}

function registerKernels(addon: Addon): KernelBackend {
  // Node 23 removed `util.isNullOrUndefined`, without which every operation of the package throws, and warns of `isArray`.
  const util = require('node:util') as Record<string, unknown>
  util['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined
  util['isArray'] = Array.isArray
  const backendModule = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as {
    NodeJSKernelBackend: new (addon: Addon, packageName: string) => KernelBackend
  }
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels')
  tf.registerBackend('tensorflow', () => new backendModule.NodeJSKernelBackend(addon, '@tensorflow/tfjs-node-gpu'), 3)
  tf.setBackend('tensorflow')
  return tf.backend() as KernelBackend
}

const threadsAreFixed = (asked: number, running: number) =>
  new Failure({
    code: 'input.invalid',
    message: `TensorFlow runs with ${running} threads in this process and cannot change to ${asked}.`,
    input: `threads = ${asked}`,
    remedy: 'Start another process for another number of threads.',
  })
