/** Hugging Face's Llama and PyTorch's AdamW: the same weights in, the same log-probabilities and three training steps out. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { createPolicy } from '../create-policy.ts'
import { crossEntropy } from '../fixtures/toy-policy.ts'
import type { OptimiserSettings, PolicyState, TrainBatch } from '../policy.ts'
import { parametersOf } from './parameters.ts'

type Head = Readonly<Record<string, readonly number[]>>
interface Case {
  readonly shape: Omit<ModelShape, 'family'>
  readonly scored: readonly number[]
  readonly steps: readonly { readonly loss: number; readonly gradNorm: number; readonly sums: Head }[]
  /** The first numbers of each tensor after the last step. */
  readonly weights: Head
  readonly first: Head
  readonly second: Head
}
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'llama.vectors.json'), 'utf8')) as {
  readonly tokens: readonly (readonly number[])[]
  readonly temperature: number
  readonly settings: OptimiserSettings
  readonly cases: Readonly<Record<string, Case>>
}

/** `known_weights` of llama_vectors.py. */
function knownWeights(shape: ModelShape): PolicyState {
  const parts = parametersOf(shape).flatMap(({ parts }) => parts)
  const order = Object.keys(Object.values(vectors.cases).find((c) => c.shape.tied === shape.tied)!.weights)
  const weights = parts.map(({ name, shape: dims }): [string, { shape: readonly number[]; data: Float32Array }] => {
    const [k, isNorm] = [order.indexOf(name), name.includes('norm')]
    const scale = isNorm ? 1 : 1.2 / Math.sqrt(dims.at(-1)!)
    const size = dims.reduce((a, b) => a * b, 1)
    return [
      name,
      {
        shape: dims,
        data: Float32Array.from(
          { length: size },
          (_, i) => Math.sin(0.7 * (k + 1) * (i + 1)) * scale + (isNorm ? 1 : 0),
        ),
      },
    ]
  })
  return { weights: new Map(weights), optimiserStep: 0 }
}

const [rows, width] = [vectors.tokens.length, vectors.tokens[0]!.length]
const batch: TrainBatch = {
  tokens: Int32Array.from(vectors.tokens.flat()),
  rows,
  width,
  lengths: new Int32Array(rows).fill(width),
  inputs: { weight: new Float32Array(rows * (width - 1)).fill(1 / (rows * (width - 1))) },
}

const close = (a: number, b: number, tolerance = 1e-5) => Math.abs(a - b) <= 1e-6 + tolerance * Math.abs(b)

describe.each(Object.entries(vectors.cases))('%s', (_, { shape: dims, scored, steps, weights, first, second }) => {
  const shape: ModelShape = { family: 'llama', ...dims }
  it.each(['recorded', 'eager'] as const)('%s, as PyTorch', async (mode) => {
    const start = knownWeights(shape)
    const policy = await createPolicy({ shape, start, objectives: [crossEntropy], widths: [], forbidden: [], padToken: 0, mode, precision: 'f32', threads: 2 }) // prettier-ignore
    const logp = await policy.score(batch, vectors.temperature)
    expect(scored.map((value, i) => close(logp[i]!, value))).not.toContain(false)
    for (const { loss, gradNorm, sums } of steps) {
      const result = await policy.train(crossEntropy.key, batch, vectors.settings)
      expect(close(result.loss, loss) && close(result.gradNorm, gradNorm), `${result.loss}, ${result.gradNorm}`).toBe(
        true,
      )
      const state = await policy.read()
      for (const [name, [sum, squares]] of Object.entries(sums)) {
        const { data } = state.weights.get(name)!
        const [ourSum, ourSquares] = [data.reduce((a, x) => a + x, 0), data.reduce((a, x) => a + x * x, 0)]
        expect(close(ourSquares, squares!), `${name}: ${ourSquares} against ${squares}`).toBe(true)
        // A sum of many signs is held against what its terms add up to.
        expect(Math.abs(ourSum - sum!), name).toBeLessThan(1e-5 * Math.sqrt(data.length * squares!))
      }
    }
    const state = await policy.read({ moments: true })
    for (const name of Object.keys(weights)) {
      weights[name]!.forEach((value, i) => expect(close(state.weights.get(name)!.data[i]!, value), name).toBe(true))
      first[name]!.forEach((value, i) => expect(close(state.moments!.first.get(name)![i]!, value), name).toBe(true))
      second[name]!.forEach((value, i) => expect(close(state.moments!.second.get(name)![i]!, value), name).toBe(true))
    }
    policy.dispose()
  })
})
