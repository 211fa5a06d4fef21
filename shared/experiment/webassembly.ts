/**
 * Training without TensorFlow, as the last resort: tfjs on WebAssembly, op by op. Chosen by an environment variable and never by
 * itself, for it is so slow that nobody should find himself on it unawares. What it may be used for is decided here.
 */
import { Failure } from '../contract/failure.ts'
import { modelName } from './model-name.ts'
import type { ModelRef } from './model-ref.ts'
import type { ModelPreset } from './presets.ts'

/** What `BackendFacts.name` says of it. */
export const webAssemblyName = 'tfjs-wasm'

/** The one model that it trains. */
export const webAssemblyModel: ModelPreset = 'lab-0.3m'

/** How many times longer than with TensorFlow on two cores that model takes for a training step, and for sampling (docs/performance.md). */
const timesSlower = { step: 8, sampling: 80 } as const

/** Said wherever a run is begun, estimated or described. */
export const webAssemblyWarning = `Without TensorFlow, op by op on WebAssembly: a training step about ${timesSlower.step} times slower, sampling about ${timesSlower.sampling} times, for ${webAssemblyModel} in f32 alone.`

const way = 'To have TensorFlow, unset SWITCHPOINT_BACKEND and run `npm start -- provision`.'

/**
 * Has the user chosen to do without TensorFlow? `SWITCHPOINT_BACKEND` is `tensorflow`, which is also what nothing means, or `wasm`.
 * @throws Failure 'input.invalid' for anything else.
 */
export function isWebAssemblyChosen(env: Readonly<Record<string, string | undefined>>): boolean {
  const choice = env['SWITCHPOINT_BACKEND'] || 'tensorflow'
  if (choice === 'wasm' || choice === 'tensorflow') return choice === 'wasm'
  throw new Failure({
    code: 'input.invalid',
    message: 'There is no such training backend.',
    input: `SWITCHPOINT_BACKEND = ${choice}`,
    remedy: 'Leave it unset for TensorFlow, or set it to wasm to train op by op without it.',
  })
}

export interface AskedOfBackend {
  readonly model: ModelRef
  readonly engine: { readonly precision: string; readonly device?: string | undefined }
}

/** What WebAssembly cannot train, before anything is begun. @throws Failure 'input.invalid'. */
export function checkForWebAssembly({ model, engine }: AskedOfBackend): void {
  const refuse = (input: string, message: string, instead: string) =>
    new Failure({ code: 'input.invalid', message, input, remedy: `${instead} ${way}` })
  if (model !== webAssemblyModel)
    throw refuse(`model ${modelName(model)}`, `On WebAssembly only ${webAssemblyModel} is trained: anything larger would take days.`, `Choose the model ${webAssemblyModel}.`) // prettier-ignore
  if (engine.precision !== 'f32')
    throw refuse(
      `engine.precision = ${engine.precision}`,
      'WebAssembly computes in f32 alone.',
      'Choose precision f32.',
    )
  if (engine.device === 'gpu')
    throw refuse('engine.device = gpu', 'WebAssembly runs on the CPU alone.', 'Leave engine.device out.')
}

/** A study is a program of many runs with a time that it keeps. */
export const noStudyOnWebAssembly = (study: string): Failure =>
  new Failure({
    code: 'backend.missing',
    message: `\`study ${study}\` needs TensorFlow: op by op on WebAssembly its samples would take about ${timesSlower.sampling} times as long.`,
    input: 'SWITCHPOINT_BACKEND = wasm',
    remedy: `${way} Single runs of ${webAssemblyModel} work without it, and the example can be explored.`,
  })
