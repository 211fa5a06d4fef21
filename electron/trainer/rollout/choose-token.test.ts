import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kernelsAreThere } from '../fixtures/kernel-cases.ts'
import { rawOutputs } from '../tensor/raw.ts'
import { chooseToken, type Choice, type ChoiceInputs } from './choose-token.ts'

type Chooser = (logits: Tensor2D, inputs: ChoiceInputs) => Choice

/**
 * The kernel chooses at the end of a whole pass. A model that adds nothing to its embedding [1, 0] ends at [√2, 0], so a head of
 * [z_v/√2, 0] gives the logits z; one row at a time, for each has logits of its own.
 */
const byKernel: Chooser = (logits, { uniform, inverseTemperature, greedy, filter }) => {
  const [rows, vocabulary] = logits.shape
  const sizes = tf.tensor1d([1, 2, 1, 1, 2, 2, vocabulary, 0, 0], 'int32')
  const layerWeights = [[2], [6, 2], [2, 2], [2], [2, 2], [2, 2], [2, 2]].map((shape) => tf.zeros(shape))
  const [layer] = rawOutputs('SwitchpointPackLayer', [sizes, ...layerWeights], { N: layerWeights.length }, 1)
  const embedding = tf.tile(tf.tensor2d([[1, 0]]), [vocabulary, 1])
  const choices = tf.split(logits, rows).map((z, row): Tensor[] => {
    const column = tf.mul(tf.reshape(z, [vocabulary, 1]), Math.SQRT1_2)
    const weight = tf.concat([column, tf.zerosLike(column)], 1)
    const [head] = rawOutputs('SwitchpointPackWeight', [sizes, weight], {}, 1)
    const at = [tf.tensor1d([0], 'int32'), tf.tensor1d([0], 'int32'), tf.slice(uniform, [row], [1])]
    const filters = [filter?.topK ?? tf.scalar(0, 'int32'), filter?.topP ?? tf.scalar(1)]
    const choosing = [inverseTemperature, greedy, tf.zeros([vocabulary]), ...filters]
    const model = [embedding, tf.ones([16, 2]), tf.ones([2]), head!, layer!, tf.zeros([1, 256]), tf.zeros([1, 256])]
    return rawOutputs('SwitchpointNextTokens', [sizes, tf.scalar(0), ...at, ...choosing, ...model], { N: 1 }, 2)
  })
  const joined = (i: 0 | 1) => tf.concat(choices.map((choice) => choice[i]!)) as Tensor1D
  return { token: joined(0), logp: joined(1) }
}

interface Choosing {
  readonly logits: readonly number[]
  readonly u: number
  readonly temperature?: number
  readonly greedy?: boolean
  readonly topK?: number
  readonly topP?: number
}

const choosers: [string, Chooser][] = [['operations', chooseToken], ...(kernelsAreThere() ? [['the kernel', byKernel] as [string, Chooser]] : [])] // prettier-ignore

function chosen(
  by: Chooser,
  { logits, u, temperature = 1, greedy = false, topK, topP }: Choosing,
): { token: number; logp: number } {
  return tf.tidy(() => {
    const isFiltered = topK !== undefined || topP !== undefined
    const choice = by(tf.tensor2d([...logits], [1, logits.length]), {
      uniform: tf.tensor1d([u]),
      inverseTemperature: tf.scalar(1 / temperature),
      greedy: tf.scalar(greedy ? 1 : 0),
      ...(isFiltered && { filter: { topK: tf.scalar(topK ?? 0, 'int32'), topP: tf.scalar(topP ?? 1) } }),
    })
    return { token: choice.token.dataSync()[0]!, logp: choice.logp.dataSync()[0]! }
  })
}

/** In double precision and by sorting: the tokens that stay, and the first whose cumulative mass passes u. */
function reference({ logits, u, temperature = 1, topK = 0, topP = 1 }: Choosing) {
  const scaled = logits.map((z) => z / temperature)
  const top = Math.max(...scaled)
  const weights = scaled.map((z) => Math.exp(z - top))
  const total = weights.reduce((a, b) => a + b, 0)
  const p = weights.map((w) => w / total)
  const order = p.map((_, i) => i).sort((a, b) => p[b]! - p[a]! || a - b)
  const amongK = topK > 0 ? order.slice(0, topK) : order
  const massK = amongK.reduce((sum, i) => sum + p[i]!, 0)
  let before = 0
  const stays = new Set<number>()
  for (const i of amongK) {
    if (stays.size === 0 || before < topP * massK) stays.add(i)
    before += p[i]!
  }
  const kept = p.map((x, i) => (stays.has(i) ? x : 0))
  const mass = kept.reduce((a, b) => a + b, 0)
  let cumulative = 0
  const boundaries = kept.map((x) => (cumulative += x) / mass)
  return { token: boundaries.findIndex((b) => b > u), logp: p.map(Math.log), boundaries }
}

const logits = fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 2, maxLength: 30 })
const cases = fc.record({
  logits,
  u: fc.integer({ min: 0, max: 2 ** 24 - 1 }).map((n) => n / 2 ** 24),
  temperature: fc.double({ min: 0.3, max: 3, noNaN: true }),
})
const farFromBoundaries = (boundaries: readonly number[], u: number) => boundaries.every((b) => Math.abs(b - u) > 1e-5)

describe.each(choosers)('choosing a token by %s', (_, by) => {
  const choose = (choosing: Choosing) => chosen(by, choosing)

  it('inverts the cumulative distribution in the order of token ids', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { token, logp, boundaries } = reference(c)
        fc.pre(farFromBoundaries(boundaries, c.u))
        const ours = choose(c)
        expect(ours.token).toBe(token)
        expect(ours.logp).toBeCloseTo(logp[token]!, 4)
      }),
    )
  })

  it('filters by top-k and top-p, and tells the log-probability before the filter', () => {
    const filtered = fc.record({
      topK: fc.integer({ min: 0, max: 12 }),
      topP: fc.double({ min: 0.05, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(cases, filtered, (c, filter) => {
        const all = { ...c, logits: c.logits.map((z, i) => z + i * 1e-3), ...filter } // ties apart: they are the next test
        const { token, logp, boundaries } = reference(all)
        const nearlyOut = reference({ ...all, topP: all.topP + 1e-4 }).boundaries.some((b, i) => b !== boundaries[i])
        const nearlyIn = reference({ ...all, topP: all.topP - 1e-4 }).boundaries.some((b, i) => b !== boundaries[i])
        fc.pre(farFromBoundaries(boundaries, all.u) && !nearlyOut && !nearlyIn)
        const ours = choose(all)
        expect(ours.token).toBe(token)
        expect(ours.logp).toBeCloseTo(logp[token]!, 4)
      }),
    )
  })

  it('keeps tokens that are as probable as the last that stays', () => {
    const drawn = [0, 0.3, 0.6, 0.99].map((u) => choose({ logits: [1, 1, 1, 0], u, topK: 1 }).token)
    expect(drawn).toEqual([0, 0, 1, 2])
  })

  it('takes the best token when greedy, the first of equals', () => {
    expect(choose({ logits: [0, 2, 1], u: 0.99, greedy: true }).token).toBe(1)
    expect(choose({ logits: [2, 2, 1], u: 0.99, greedy: true }).token).toBe(0)
  })

  it('never draws a token without probability, even at the very end', () => {
    const last = 1 - 2 ** -24
    expect(choose({ logits: [0, 0, -1e9], u: last }).token).toBe(1)
    expect(choose({ logits: [-1e9, 0, 0], u: 0 }).token).toBe(1)
    expect(choose({ logits: [-1e9, 0, -1e9], u: last, topP: 0.001 }).token).toBe(1)
  })

  it('draws as often as the distribution says', () => {
    const n = by === byKernel ? 2_000 : 20_000
    const u = Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n)
    const logits = [Math.log(0.5), Math.log(0.2), Math.log(0.3)]
    const counts = tf.tidy(() => {
      const { token } = by(tf.tile(tf.tensor2d([logits]), [n, 1]), {
        uniform: tf.tensor1d(u),
        inverseTemperature: tf.scalar(1),
        greedy: tf.scalar(0),
      })
      return [0, 1, 2].map((t) => token.dataSync().filter((x) => x === t).length)
    })
    counts.forEach((count, i) => expect(Math.abs(count - n * [0.5, 0.2, 0.3][i]!)).toBeLessThanOrEqual(2))
  })
})
