import { checkOptions } from './policy-checks.ts'
import type { Policy, PolicyOptions, PolicyState } from './policy.ts'
import { EagerPolicy } from './eager-policy/eager-policy.ts'
import { initialWeights } from './model/initialise.ts'
import { tunedShape } from './model/lora/adapters.ts'
import { partsOf, trainedParameters } from './model/parameters.ts'
import { RecordedPolicy } from './recorded-policy/recorded-policy.ts'
import { openBackend } from './tensor/open-backend.ts'

/**
 * A policy, ready to train: recorded, or op by op (the slow reference, f32 only; on WebAssembly always). Recording its graphs takes a
 * second or two, loading them from `graphCache` a fraction of one.
 * @throws Failure 'backend.missing' without TensorFlow, 'input.invalid' for options that cannot be, 'checkpoint.incompatible' for
 * a state of another shape.
 */
export async function createPolicy(options: PolicyOptions): Promise<Policy> {
  checkOptions(options)
  const { tensorflow } = await openBackend(options.threads)
  if (!tensorflow) checkOptions({ ...options, mode: 'eager' })
  const isRecorded = tensorflow && options.mode === 'recorded'
  const policy = isRecorded ? new RecordedPolicy(tensorflow, options) : new EagerPolicy(options)
  try {
    if (options.lora) policy.freeze(options.lora.base)
    await policy.write('seed' in options.start ? freshState(options, options.start.seed) : options.start)
    return policy
  } catch (error) {
    policy.dispose()
    throw error
  }
}

function freshState(options: PolicyOptions, seed: number): PolicyState {
  const shape = tunedShape(options)
  const arrays = initialWeights(shape, seed)
  const parts = partsOf(trainedParameters(shape))
  return {
    weights: new Map(parts.map(({ name, shape }) => [name, { shape, data: arrays.get(name)! }])),
    optimiserStep: 0,
  }
}
