/** Fresh weights from a seed: the same on every machine, whatever tfjs' own dice do. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { sizeOf } from '../tensor/dtype.ts'
import type { TunedShape } from './lora/adapters.ts'
import type { Initial } from './parameter.ts'
import { partsOf, trainedParameters } from './parameters.ts'

/**
 * Fresh weights by Hugging Face's (adapters: PEFT's) names, of the distributions in `parameters.ts`. Each tensor draws from a
 * stream of its own, so none depends on another's size.
 */
export function initialWeights(shape: TunedShape, seed: number): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>()
  const generator = xoroshiro128plus(seed)
  for (const part of partsOf(trainedParameters(shape))) {
    const stream = generator.clone()
    generator.jump()
    weights.set(
      part.name,
      drawn(sizeOf(part.shape), part.initial, () => uniformFloat64(stream)),
    )
  }
  return weights
}

function drawn(size: number, initial: Initial, uniform: () => number): Float32Array {
  if ('everywhere' in initial) return new Float32Array(size).fill(initial.everywhere)
  if ('deviation' in initial) return normal(size, initial.deviation, uniform)
  return Float32Array.from({ length: size }, () => initial.bound * (2 * uniform() - 1))
}

/** Normal numbers by Box and Muller, two from each pair of uniforms. */
function normal(size: number, deviation: number, uniform: () => number): Float32Array {
  const result = new Float32Array(size)
  for (let i = 0; i < size; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    result[i] = radius * Math.cos(angle)
    if (i + 1 < size) result[i + 1] = radius * Math.sin(angle)
  }
  return result
}
