/** Fresh weights from a seed: the same on every machine, whatever tfjs' own dice do. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { sizeOf } from '../tensor/dtype.ts'
import { parametersOf } from './parameters.ts'

/**
 * Weights by Hugging Face's names. Normal with the deviations of `parameters.ts`, norms at one. Each tensor draws from a
 * stream of its own, so none depends on another's size.
 */
export function initialWeights(shape: ModelShape, seed: number): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>()
  const generator = xoroshiro128plus(seed)
  for (const part of parametersOf(shape).flatMap(({ parts }) => parts)) {
    const stream = generator.clone()
    generator.jump()
    const size = sizeOf(part.shape)
    weights.set(
      part.name,
      part.initialDeviation === null
        ? new Float32Array(size).fill(1)
        : normal(size, part.initialDeviation, () => uniformFloat64(stream)),
    )
  }
  return weights
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
