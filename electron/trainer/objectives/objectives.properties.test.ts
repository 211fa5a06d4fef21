/** What must hold for any rollouts: padding and splits do not matter, and each method falls back to GRPO where it should. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  DapoSettings,
  DrGrpoSettings,
  GrpoSettings,
  LuffySettings,
  PrefixRftSettings,
  SrftSettings,
  UptSettings,
} from '#shared/experiment/objectives.ts'
import { evaluateObjective } from './evaluate-objective.ts'
import type { Objective, ObjectiveContext } from './objective.ts'
import { objectiveOf, type RolloutSettings } from './registry.ts'
import type { Layout, RolloutGroup, UpdateRow } from './update-row.ts'

beforeAll(() => tf.setBackend('cpu'))

const context: ObjectiveContext = { temperature: 1, responseLimit: 8, oldPolicy: 'scored' }
const half = { step: 50, steps: 100 }
const make = (settings: RolloutSettings, more: Partial<ObjectiveContext> = {}) =>
  objectiveOf(settings, { ...context, ...more })

/** One of each, as published, with entropy bonus so that the bonus is under test as well. */
const everyMethod: readonly RolloutSettings[] = [
  GrpoSettings.parse({ type: 'grpo', kl: { coef: 0.1 }, dualClip: 3 }),
  DrGrpoSettings.parse({ type: 'dr-grpo', entropyCoef: 0.01 }),
  DapoSettings.parse({ type: 'dapo', overlong: { mode: 'shape', cacheShare: 0.5 }, entropyCoef: 0.01 }),
  LuffySettings.parse({ type: 'luffy', onPolicyClip: 0.2 }),
  SrftSettings.parse({ type: 'srft' }),
  UptSettings.parse({ type: 'upt', gate: 1, secondGate: 2 }),
  PrefixRftSettings.parse({ type: 'prefix-rft' }),
]
const named = everyMethod.map((settings) => [settings.type, settings] as const)

const answer = fc.record({
  length: fc.integer({ min: 1, max: 6 }),
  correct: fc.boolean(),
  stopped: fc.boolean(),
  prefixed: fc.boolean(),
})
const groups = fc
  .array(
    fc.record({
      promptLength: fc.integer({ min: 1, max: 3 }),
      answers: fc.array(answer, { minLength: 2, maxLength: 4 }),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((list) =>
    list.map(({ promptLength, answers }, promptId): RolloutGroup => ({
      promptId,
      promptTokens: new Int32Array(promptLength),
      answers: answers.map(({ length, correct, stopped, prefixed }, i) => ({
        responseTokens: new Int32Array(length),
        correct,
        reward: correct ? 1 : 0,
        stopped,
        // The first answer alone may be a hybrid, as the stage makes them.
        prefixTokens: prefixed && i === 0 ? length - 1 : 0,
      })),
      experts: [{ responseTokens: new Int32Array(1 + (promptId % 4)), correct: true, reward: 1 }],
    })),
  )

/** A fixed odd number in 0..1 for each token of each row. */
const noise = (row: UpdateRow, j: number, salt: number) => {
  const x =
    Math.sin(
      12.9898 * (row.promptId + 1) +
        78.233 * (row.answer + 1) +
        37.7 * (j + 1) +
        (row.role === 'sft' || row.expertTokens === row.responseTokens.length ? 11 : 0) +
        salt,
    ) * 43758.5453
  return x - Math.floor(x)
}
const logpOf = (row: UpdateRow, j: number, salt = 1) => Math.log(0.05 + 0.9 * noise(row, j, salt))
const scoredRow = (row: UpdateRow): UpdateRow => ({
  ...row,
  logpOld: Float32Array.from(row.responseTokens, (_, j) => logpOf(row, j) + 0.8 * (noise(row, j, 2) - 0.5)),
  logpRef: Float32Array.from(row.responseTokens, (_, j) => logpOf(row, j, 3)),
})

/** Forward values laid as the rows are; `elsewhere` stands at prompts and padding. */
function forwardOf(rows: readonly UpdateRow[], { rows: height, width }: Layout, elsewhere: number) {
  const T = width - 1
  const logp = new Float32Array(height * T).fill(elsewhere)
  const entropy = new Float32Array(height * T).fill(Math.abs(elsewhere))
  rows.forEach((row, b) =>
    row.responseTokens.forEach((_, j) => {
      const at = b * T + row.promptTokens.length - 1 + j
      logp[at] = logpOf(row, j)
      entropy[at] = 2 * noise(row, j, 4)
    }),
  )
  return { logp, entropy }
}

function evaluate(objective: Objective, rows: readonly UpdateRow[], layout: Layout, elsewhere = -3) {
  const inputs = objective.inputs(rows, layout, half)
  const value = evaluateObjective(objective.graph, inputs, forwardOf(rows, layout, elsewhere), layout)
  const T = layout.width - 1
  const gradients = rows.map((row, b) => {
    const from = b * T + row.promptTokens.length - 1
    return [...value.gradient.slice(from, from + row.responseTokens.length)]
  })
  return { ...value, inputs, gradients }
}
const rowsOf = (objective: Objective, given: readonly RolloutGroup[]) =>
  objective.prepare(given, half).rows.map(scoredRow)
const layoutOf = (rows: readonly UpdateRow[]): Layout => ({ rows: rows.length, width: 10 })

function same(a: ReturnType<typeof evaluate>, b: ReturnType<typeof evaluate>, what: string) {
  const near = (x: number, y: number, name: string) =>
    expect(Math.abs(x - y), `${what}, ${name}: ${x} and ${y}`).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(y))
  near(a.loss, b.loss, 'loss')
  a.gradients.forEach((row, i) => row.forEach((g, j) => near(g, b.gradients[i]![j]!, `gradient ${i},${j}`)))
}

describe.each(named)('%s', (type, settings) => {
  const objective = make(settings)

  it('does not see the width, padding rows, or what stands outside the responses', () => {
    fc.assert(
      fc.property(groups, (given) => {
        const rows = rowsOf(objective, given)
        const plain = evaluate(objective, rows, layoutOf(rows))
        const wide = evaluate(objective, rows, { rows: rows.length + 3, width: 17 }, -1e9)
        same(wide, plain, type)
        for (const [key, value] of Object.entries(plain.metrics)) expect(wide.metrics[key], key).toBeCloseTo(value, 4)
        const inside = wide.gradients.flat().filter((g) => g !== 0).length
        expect([...wide.gradient].filter((g) => g !== 0)).toHaveLength(inside)
        expect([...wide.gradient].every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it.skipIf(type === 'prefix-rft')('is the sum over the parts of a split mini-batch', () => {
    fc.assert(
      fc.property(groups, fc.double({ min: 0, max: 1, noNaN: true }), (given, where) => {
        const rows = rowsOf(objective, given)
        const layout = layoutOf(rows)
        const whole = evaluate(objective, rows, layout)
        const cut = Math.floor(where * rows.length)
        const T = layout.width - 1
        let loss = 0
        const gradient: number[] = []
        for (const [from, to] of [
          [0, cut],
          [cut, rows.length],
        ] as const) {
          if (from === to) continue
          const part = Object.fromEntries(
            Object.entries(whole.inputs).map(([key, values]) => {
              const size = objective.graph.inputs[key] === 'token' ? T : 1
              return [key, values.slice(from * size, to * size)]
            }),
          )
          const partLayout = { rows: to - from, width: layout.width }
          const value = evaluateObjective(
            objective.graph,
            part,
            forwardOf(rows.slice(from, to), partLayout, -3),
            partLayout,
          )
          loss += value.loss
          gradient.push(...value.gradient)
        }
        expect(Math.abs(loss - whole.loss)).toBeLessThan(1e-5)
        whole.gradient.forEach((g, i) => expect(Math.abs(g - gradient[i]!)).toBeLessThan(1e-6))
      }),
      { numRuns: 20 },
    )
  })

  it('takes π_old from the policy itself as it takes it from scores that are the same', () => {
    const current = make(settings, { oldPolicy: 'current' })
    fc.assert(
      fc.property(groups, (given) => {
        const rows = rowsOf(objective, given).map((row) => ({
          ...row,
          logpOld: Float32Array.from(row.responseTokens, (_, j) => logpOf(row, j)),
        }))
        same(evaluate(current, rows, layoutOf(rows)), evaluate(objective, rows, layoutOf(rows)), type)
      }),
      { numRuns: 10 },
    )
    expect(current.graph.inputs).not.toHaveProperty('logpOld')
  })

  it('gives the same graph key for the same graph only', () => {
    expect(make(settings).graph.key).toBe(objective.graph.key)
    expect(make({ ...settings, entropyCoef: 0.5 }).graph.key).not.toBe(objective.graph.key)
    expect(make(settings, { temperature: 0.7 }).graph.key).not.toBe(objective.graph.key)
    expect(JSON.parse(objective.graph.key.slice(type.length + 1))).toBeTypeOf('object')
  })
})

describe('a group whose answers are all right', () => {
  const flat: RolloutGroup[] = [
    {
      promptId: 0,
      promptTokens: new Int32Array(2),
      answers: [3, 5, 2].map((length) => ({
        responseTokens: new Int32Array(length),
        correct: true,
        reward: 1,
        stopped: true,
      })),
      experts: [{ responseTokens: new Int32Array(4), correct: true, reward: 1 }],
    },
  ]
  // SRFT imitates right answers whatever the advantage; DAPO's shaping tells lengths apart.
  const without = named.filter(([type]) => type !== 'srft' && type !== 'dapo')
  it.each(without)('%s is not pushed', (_, settings) => {
    const objective = make({
      ...settings,
      entropyCoef: 0,
      ...('kl' in settings && { kl: { coef: 0, estimator: 'k3' } }),
    } as RolloutSettings)
    const rows = rowsOf(objective, flat)
    expect(
      evaluate(objective, rows, layoutOf(rows))
        .gradients.flat()
        .every((g) => g === 0),
    ).toBe(true)
  })
})

describe('fall back to GRPO', () => {
  const unclipped = GrpoSettings.parse({ type: 'grpo', clipLow: 1, clipHigh: 1e9 })
  const againstGrpo = (
    settings: RolloutSettings,
    grpo: GrpoSettings,
    change: (given: RolloutGroup[]) => RolloutGroup[],
  ) =>
    fc.assert(
      fc.property(groups, (given) => {
        const changed = change(given)
        const reference = make(grpo)
        const rows = rowsOf(reference, changed)
        const other = make(settings)
        same(evaluate(other, rows, layoutOf(rows)), evaluate(reference, rows, layoutOf(rows)), settings.type)
      }),
      { numRuns: 20 },
    )
  const withoutPrefixes = (given: RolloutGroup[]) =>
    given.map((group) => ({ ...group, answers: group.answers.map((a) => ({ ...a, prefixTokens: 0 })) }))

  it('LUFFY without expert rows is GRPO without a clip', () =>
    againstGrpo(LuffySettings.parse({ type: 'luffy' }), unclipped, withoutPrefixes))

  it('Prefix-RFT without prefixes is GRPO', () =>
    againstGrpo(
      PrefixRftSettings.parse({ type: 'prefix-rft' }),
      GrpoSettings.parse({ type: 'grpo', dualClip: 3 }),
      withoutPrefixes,
    ))

  it('UPT with every prompt above the gate routes all to RL and is GRPO without a clip', () => {
    fc.assert(
      fc.property(groups, (given) => {
        const solved = withoutPrefixes(given).map((group) => ({
          ...group,
          answers: group.answers.map((a, i) => (i === 0 ? { ...a, correct: true, reward: 1 } : a)),
        }))
        const [upt, grpo] = [make(UptSettings.parse({ type: 'upt' })), make(unclipped)]
        const [ours, theirs] = [rowsOf(upt, solved), rowsOf(grpo, solved)]
        same(evaluate(upt, ours, layoutOf(ours)), evaluate(grpo, theirs, layoutOf(theirs)), 'upt')
      }),
      { numRuns: 20 },
    )
  })

  it('Dr. GRPO is GRPO with its two normalisers taken out', () =>
    againstGrpo(
      DrGrpoSettings.parse({ type: 'dr-grpo' }),
      GrpoSettings.parse({ type: 'grpo', aggregation: 'dr_grpo_constant', entropyCoef: 0 }),
      (given) => given,
    ))

  it('with ρ = 1 no clip setting matters', () => {
    const tight = GrpoSettings.parse({ type: 'grpo', clipLow: 0.01, clipHigh: 0.01, dualClip: 1.01 })
    fc.assert(
      fc.property(groups, (given) => {
        const [a, b] = [tight, unclipped].map((settings) => {
          const objective = make(settings, { oldPolicy: 'current' })
          const rows = rowsOf(objective, given)
          return evaluate(objective, rows, layoutOf(rows))
        })
        same(a!, b!, 'clip')
        expect(a!.metrics['clip_ratio']).toBe(0)
      }),
      { numRuns: 20 },
    )
  })
})

describe('Prefix-RFT', () => {
  it('masks nothing when all is kept, and exactly the floor of the rest otherwise', () => {
    fc.assert(
      fc.property(groups, fc.constantFrom(0, 0.2, 0.5, 1), (given, keepShare) => {
        const objective = make(PrefixRftSettings.parse({ type: 'prefix-rft', keepShare, entropyCoef: 0 }))
        const rows = rowsOf(objective, given)
        const prefixTokens = rows.reduce((sum, row) => sum + row.expertTokens, 0)
        fc.pre(prefixTokens > 0)
        const { metrics } = evaluate(objective, rows, layoutOf(rows))
        const kept = prefixTokens - Math.floor((1 - keepShare) * prefixTokens + 1e-9)
        expect(metrics['prefix_kept']).toBeCloseTo(kept / prefixTokens, 5)
      }),
      { numRuns: 40 },
    )
  })

  it('with the split baseline credits the prefix over the plain rows, the continuation with its raw reward', () => {
    const answer = (correct: boolean, prefixTokens = 0) => ({
      responseTokens: new Int32Array(3),
      correct,
      reward: correct ? 1 : 0,
      stopped: true,
      prefixTokens,
    })
    const group = {
      promptId: 0,
      promptTokens: new Int32Array(1),
      answers: [answer(true), answer(false), answer(true, 2)],
    }
    const { rows } = make(PrefixRftSettings.parse({ type: 'prefix-rft', baseline: 'split' })).prepare([group], half)
    expect(rows.map(({ advantage, expertAdvantage }) => [advantage, expertAdvantage])).toEqual([
      [0.5, 0.5],
      [-0.5, -0.5],
      [1, 0.5],
    ])
  })

  it('moves its keep share over the stage', () => {
    const settings = PrefixRftSettings.parse({ type: 'prefix-rft', keepShare: 0.2, keepShareEnd: 1 })
    const objective = make(settings)
    const given: RolloutGroup[] = [
      {
        promptId: 0,
        promptTokens: new Int32Array(1),
        answers: [
          { responseTokens: new Int32Array(6), correct: true, reward: 1, stopped: true, prefixTokens: 5 },
          { responseTokens: new Int32Array(3), correct: false, reward: 0, stopped: true },
        ],
      },
    ]
    const rows = rowsOf(objective, given)
    const zeroedAt = (step: number) => objective.inputs(rows, layoutOf(rows), { step, steps: 100 })['zeroed']![0]
    expect([0, 50, 100].map(zeroedAt)).toEqual([4, 2, 0])
  })
})

describe('gradients through the entropy', () => {
  const gradientOnEntropy = (settings: RolloutSettings) => {
    const objective = make(settings)
    const given: RolloutGroup[] = [
      {
        promptId: 0,
        promptTokens: new Int32Array(1),
        answers: [true, false].map((correct) => ({
          responseTokens: new Int32Array(3),
          correct,
          reward: correct ? 1 : 0,
          stopped: true,
          prefixTokens: correct ? 2 : 0,
        })),
        experts: [{ responseTokens: new Int32Array(2), correct: true, reward: 1 }],
      },
    ]
    const rows = rowsOf(objective, given)
    const layout = layoutOf(rows)
    const inputs = objective.inputs(rows, layout, half)
    const forward = forwardOf(rows, layout, -3)
    const [B, T] = [layout.rows, layout.width - 1]
    const tensors = Object.fromEntries(
      Object.entries(objective.graph.inputs).map(([name, kind]) => {
        const flat = tf.tensor1d(inputs[name]!)
        return [name, kind === 'token' ? flat.as2D(B, T) : kind === 'row' ? flat : flat.asScalar()]
      }),
    )
    const gradient = tf.grads((logp, entropy) =>
      tf.add(
        objective.graph.build({ logp: logp as Tensor2D, entropy: entropy as Tensor2D }, tensors).loss,
        tf.mul(0, tf.sum(entropy)), // keeps the tape connected where the loss does not see the entropy
      ),
    )([tf.tensor2d(forward.logp, [B, T]), tf.tensor2d(forward.entropy, [B, T])])[1]!
    return { gradient: gradient.dataSync(), share: inputs[settings.type === 'prefix-rft' ? 'responseShare' : 'share']! }
  }

  it.each(named)('%s: exactly that of its bonus', (_, settings) => {
    const { gradient, share } = gradientOnEntropy({ ...settings, entropyCoef: 0.25 })
    gradient.forEach((g, i) => expect(g).toBeCloseTo(-0.25 * share[i]!, 6))
  })

  it.each(named)('%s: none without a bonus (weights and masks are detached)', (_, settings) => {
    expect(gradientOnEntropy({ ...settings, entropyCoef: 0 }).gradient.every((g) => g === 0)).toBe(true)
  })
})

describe('roles and masks', () => {
  it('overlong masking takes truncated answers out of the loss and of every mean', () => {
    const objective = make(DapoSettings.parse({ type: 'dapo', overlong: { mode: 'mask' } }))
    fc.assert(
      fc.property(groups, (given) => {
        const rows = rowsOf(objective, given)
        const { gradients, inputs } = evaluate(objective, rows, layoutOf(rows))
        rows.forEach((row, i) => {
          const { stopped } = given[row.promptId]!.answers[row.answer]!
          if (!stopped) expect(gradients[i]!.every((g) => g === 0)).toBe(true)
        })
        const total = inputs['share']!.reduce((sum, w) => sum + w, 0)
        expect(total).toBeCloseTo(rows.some((row) => row.counts) ? 1 : 0, 5)
      }),
      { numRuns: 30 },
    )
  })

  it('GRPO can leave groups out that push nowhere', () => {
    const objective = make(GrpoSettings.parse({ type: 'grpo', skipEqualGroups: true }))
    fc.assert(
      fc.property(groups, (given) => {
        const { rows, metrics } = objective.prepare(given, half)
        const flat = given.filter((group) => new Set(group.answers.map((a) => a.reward)).size === 1)
        expect(metrics['groups_skipped']).toBe(flat.length)
        expect(rows.some((row) => flat.some((group) => group.promptId === row.promptId))).toBe(false)
      }),
    )
  })

  it('UPT routes by whole counts of wins, in three bands', () => {
    const objective = make(UptSettings.parse({ type: 'upt', gate: 1, secondGate: 2 }))
    fc.assert(
      fc.property(groups, (given) => {
        const { rows } = objective.prepare(given, half)
        for (const group of given) {
          const wins = group.answers.filter((a) => a.correct).length
          const own = rows.filter((row) => row.promptId === group.promptId)
          const experts = own.filter((row) => row.role === 'sft' || row.expertTokens === row.responseTokens.length)
          if (wins <= 1) expect(own.map((row) => row.role)).toEqual(['sft'])
          else expect(own.length).toBe(group.answers.length + (wins === 2 ? 1 : 0))
          if (wins > 2)
            expect(experts.every((row) => row.expertTokens === 0 || group.answers[row.answer]!.prefixTokens)).toBe(true)
        }
      }),
    )
  })

  it('LUFFY refuses experts without recorded probabilities when it is to use them, and uses them', () => {
    const objective = make(LuffySettings.parse({ type: 'luffy', behaviour: 'recorded', entropyCoef: 0 }))
    const group = (behaviourLogp?: Float32Array): RolloutGroup => ({
      promptId: 5,
      promptTokens: new Int32Array(1),
      answers: [{ responseTokens: new Int32Array(2), correct: false, reward: 0, stopped: true }],
      experts: [{ responseTokens: new Int32Array(2), correct: true, reward: 1, behaviourLogp }],
    })
    expect(() => objective.prepare([group()], half)).toThrow(/prompt 5 has no recorded probability/)
    const of = (logq: number) => {
      const rows = rowsOf(objective, [group(Float32Array.of(logq, logq))])
      return evaluate(objective, rows, layoutOf(rows)).metrics['expert_weight']!
    }
    expect(of(Math.log(0.5))).toBeGreaterThan(of(0)) // π / q doubles
  })
})
