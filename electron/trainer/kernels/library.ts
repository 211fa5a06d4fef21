/**
 * Our own kernels, compiled by set-up (`scripts/setup/part-kernels.mjs`): TensorFlow operations that make one pass over memory where
 * TensorFlow's own make several. They are for the CPU alone, and nothing but speed depends on them.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { runtimeFile } from '../tensor/addon.ts'

interface Library {
  /** Makes the operations known to this process' TensorFlow. */
  start(threads: number): void
}

/**
 * Where the library lies, if it does: `SWITCHPOINT_TF_KERNELS`, or what set-up wrote into `runtime.json`. `off` there means that
 * nobody wants them.
 */
export function kernelsPath(): string | undefined {
  const path = process.env['SWITCHPOINT_TF_KERNELS'] ?? kernelsInRuntimeFile()
  return path !== undefined && path !== 'off' && existsSync(path) ? path : undefined
}

function kernelsInRuntimeFile(): string | undefined {
  try {
    const { kernels } = JSON.parse(readFileSync(runtimeFile(), 'utf8')) as { kernels?: unknown }
    return typeof kernels === 'string' ? kernels : undefined
  } catch {
    return undefined // set-up has not been here: the addon's own search says so
  }
}

/** Loads them into the TensorFlow that has been loaded before. False where there are none, or they don't fit this TensorFlow. */
export function loadKernels(threads: number): boolean {
  const path = kernelsPath()
  if (path === undefined) return false
  try {
    const library = createRequire(import.meta.url)(path) as Library
    library.start(threads)
    return true
  } catch {
    return false
  }
}
