/** The backend of this process: TensorFlow, or WebAssembly where the user has chosen to do without. */
import { isWebAssemblyChosen } from '#shared/experiment/webassembly.ts'
import { loadBackend, type Backend, type BackendFacts } from './backend.ts'

export interface OpenBackend {
  readonly facts: BackendFacts
  /** Absent on WebAssembly, which records nothing. */
  readonly tensorflow?: Backend
}

/**
 * `threads` as for `loadBackend`; WebAssembly has one.
 * @throws Failure 'backend.missing', 'input.invalid' (a choice or number of threads that cannot be).
 */
export async function openBackend(threads?: number): Promise<OpenBackend> {
  if (isWebAssemblyChosen(process.env)) {
    const { loadWebAssembly } = await import('../webassembly/load-webassembly.ts')
    return { facts: await loadWebAssembly() }
  }
  const tensorflow = loadBackend(threads)
  return { facts: tensorflow.facts, tensorflow }
}
