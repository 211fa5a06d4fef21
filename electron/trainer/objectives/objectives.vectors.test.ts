/**
 * Every loss case of objective.vectors.json: advantages, routes, loss, metrics and gradient to 1e-5, op by op in JavaScript, on
 * WebAssembly and in TensorFlow, and in a recorded TensorFlow graph.
 */
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  DapoSettings,
  DrGrpoSettings,
  GrpoSettings,
  LuffySettings,
  objectivePresets,
  PrefixRftSettings,
  SrftSettings,
  UptSettings,
} from '#shared/experiment/objectives.ts'
import { dapoObjective } from './dapo.ts'
import { drGrpoObjective } from './dr-grpo.ts'
import { loadBackend } from '../tensor/backend.ts'
import { evaluateObjective, type ObjectiveValue } from './evaluate-objective.ts'
import { grpoObjective } from './grpo.ts'
import { luffyObjective } from './luffy.ts'
import type { Objective, ObjectiveContext } from './objective.ts'
import { prefixRftObjective } from './prefix-rft.ts'
import { evaluateRecorded } from './record-objective.ts'
import { sftObjective } from './sft.ts'
import { srftObjective } from './srft.ts'
import { uptObjective } from './upt.ts'
import type { RolloutGroup, UpdateRow } from './update-row.ts'
import { shared, vector, type Table, type VectorCase } from './vectors.ts'
import { loadWebAssembly } from '../webassembly/load-webassembly.ts'

const context: ObjectiveContext = { temperature: 1, responseLimit: shared.l_max, oldPolicy: 'scored' }
const start = { step: 0, steps: 100 }
const T = 4

await loadWebAssembly()
const tensorflow = loadBackend(2)
type Evaluate = typeof evaluateObjective
const ways: readonly (readonly [string, string, Evaluate])[] = [
  ['JavaScript, op by op', 'cpu', evaluateObjective],
  ['WebAssembly, op by op', 'wasm', evaluateObjective],
  ['TensorFlow, op by op', 'tensorflow', evaluateObjective],
  ['TensorFlow, recorded', 'tensorflow', (...given) => evaluateRecorded(tensorflow, ...given)],
]
let evaluate: Evaluate = evaluateObjective

/** Responses of the shared rows are numbered tokens: token r * 10 + j is the j-th of shared row r. Prompts are one token long. */
const responseOf = (row: number) => Int32Array.from({ length: shared.lengths[row]! }, (_, j) => row * 10 + j)
const sharedRowOf = (row: UpdateRow) => Math.floor(row.responseTokens[0]! / 10)

/** Groups A (shared rows 0-2) and B (3-5); `isExpert` rows stand as experts, `prefix` makes hybrids. */
function groupsOf(
  rewards: readonly number[],
  options: { expert?: readonly number[]; prefix?: readonly number[]; experts?: readonly Int32Array[] } = {},
): RolloutGroup[] {
  return [0, 1].map((g) => {
    const rows = [0, 1, 2].map((i) => 3 * g + i)
    const answer = (row: number) => ({
      responseTokens: responseOf(row),
      correct: rewards[row] === 1,
      reward: rewards[row]!,
      stopped: true,
    })
    const isExpert = (row: number) => options.expert?.[row] === 1
    const experts = options.experts
      ? [{ responseTokens: options.experts[g]!, correct: true, reward: 1 }]
      : rows.filter(isExpert).map(answer)
    return {
      promptId: g,
      promptTokens: Int32Array.of(99),
      answers: rows
        .filter((row) => !isExpert(row))
        .map((row) => ({ ...answer(row), prefixTokens: options.prefix?.[row] ?? 0 })),
      ...(experts.length > 0 && { experts }),
    }
  })
}

interface Run extends ObjectiveValue {
  readonly rows: readonly UpdateRow[]
  readonly prepared: Readonly<Record<string, number>>
  readonly inputs: Readonly<Record<string, Float32Array>>
  /** Gradient by shared row. */
  gradientOf(row: number): number[]
}

/** Prepares, scores from the shared tables, and evaluates. `demo`: log-probabilities of the expert rows, by group. */
function run(objective: Objective, groups: readonly RolloutGroup[], demo?: Table): Run {
  const { rows: bare, metrics: prepared } = objective.prepare(groups, start)
  const of = (table: Table, row: UpdateRow) =>
    row.role === 'sft' && demo ? demo[row.promptId]!.slice(0, row.responseTokens.length) : table[sharedRowOf(row)]!
  const rows = bare.map((row) => ({
    ...row,
    logpOld: Float32Array.from(of(shared.logp_old, row)),
    logpRef: Float32Array.from(of(shared.logp_ref, row)),
  }))
  const layout = { rows: rows.length, width: T + 1 }
  const inputs = objective.inputs(rows, layout, start)
  const flat = (table: Table) =>
    Float32Array.from(rows.flatMap((row) => Array.from({ length: T }, (_, t) => of(table, row)[t] ?? 0)))
  const value = evaluate(
    objective.graph,
    inputs,
    { logp: flat(shared.logp_new), entropy: flat(shared.entropy) },
    layout,
  )
  const gradientOf = (row: number) => {
    const b = rows.findIndex((candidate) => candidate.role === 'rl' && sharedRowOf(candidate) === row)
    return b < 0 ? [0, 0, 0, 0] : [...value.gradient.slice(b * T, (b + 1) * T)]
  }
  return { ...value, rows, prepared, inputs, gradientOf }
}

function close(actual: number | undefined, expected: number, what: string): void {
  expect(actual, what).toBeTypeOf('number')
  expect(Math.abs(actual! - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(
    Math.max(1e-6, 1e-5 * Math.abs(expected)),
  )
}
const closeAll = (actual: readonly number[], expected: readonly number[], what: string) => {
  expect(actual.length, what).toBe(expected.length)
  expected.forEach((value, i) => close(actual[i], value, `${what}[${i}]`))
}
const numbers = (value: unknown) => value as readonly number[]
const record = (value: unknown) => value as Readonly<Record<string, number>>

/** Loss, advantages by shared row and gradients; gradients outside the responses must be exactly 0. */
function expectCase({ expected }: VectorCase, result: Run): void {
  close(result.loss, expected['loss'] as number, 'loss')
  if (expected['advantage_row'])
    numbers(expected['advantage_row']).forEach((A, row) => {
      const made = result.rows.find((candidate) => candidate.role === 'rl' && sharedRowOf(candidate) === row)
      close(made?.advantage ?? 0, A, `advantage of row ${row}`)
    })
  ;(expected['grad_logp'] as Table).forEach((gradient, row) => {
    closeAll(result.gradientOf(row), gradient, `gradient of row ${row}`)
    shared.mask[row]!.forEach((m, t) => {
      if (m === 0) expect(result.gradientOf(row)[t]).toBe(0)
    })
  })
}

describe.each(ways)('%s', (_, backendName, way) => {
  beforeAll(async () => {
    await tf.setBackend(backendName)
    evaluate = way
  })

  describe('sft', () => {
    const { inputs, expected } = vector('sft_token_mean')
    const logp = inputs['logp_new'] as Table
    const mask = inputs['loss_mask'] as Table
    // Row 0: one prompt token more than the first column covers, then three response tokens; row 1: one response token of width 4.
    const documents = mask.map((row) => {
      const from = row.indexOf(1)
      return {
        promptTokens: new Int32Array(from + 1),
        responseTokens: new Int32Array(row.filter((m) => m === 1).length),
      }
    })
    const layout = { rows: 2, width: 5 }
    const of = (settings: Parameters<typeof sftObjective>[0]) => {
      const objective = sftObjective(settings)
      const values = { logp: Float32Array.from(logp.flat()), entropy: new Float32Array(8) }
      return evaluate(objective.graph, objective.inputs(documents, layout), values, layout)
    }

    it('sft_token_mean: loss, gradient, and the other aggregations', () => {
      const value = of({ aggregation: 'token_mean' })
      close(value.loss, expected['loss'] as number, 'loss')
      close(Math.exp(value.loss), expected['perplexity'] as number, 'perplexity')
      closeAll([...value.gradient], (expected['grad_logp'] as Table).flat(), 'gradient')
      const variants = record(expected['variants'])
      close(of({ aggregation: 'seq_mean_token_mean' }).loss, variants['seq_mean_token_mean']!, 'seq_mean_token_mean')
      close(of({ aggregation: 'seq_mean_token_sum' }).loss, variants['seq_mean_token_sum']!, 'seq_mean_token_sum')
      const micro = of({ aggregation: 'token_mean', microBatch: 1 })
      close(micro.loss, variants['mean_of_microbatch_token_means_mb1']!, 'micro-batches of one row')
      close(
        of({ aggregation: 'token_mean', microBatch: 2 }).loss,
        expected['loss'] as number,
        'micro-batches of both rows',
      )
    })
  })

  describe('grpo, dr-grpo and dapo', () => {
    const off = { entropyCoef: 0 } as const
    const objectives: Record<string, Objective> = {
      grpo_retu: grpoObjective(objectivePresets.grpo, context),
      grpo_classic: grpoObjective(objectivePresets.grpo_classic, context),
      grpo_dual_clip: grpoObjective(
        GrpoSettings.parse({ type: 'grpo', advantage: { std: true }, dualClip: 3, ...off }),
        context,
      ),
      dr_grpo_constant: drGrpoObjective(objectivePresets.dr_grpo, context),
      dr_grpo_sum: drGrpoObjective(DrGrpoSettings.parse({ type: 'dr-grpo', aggregation: 'sum_over_lmax' }), context),
      dapo_retu_dc: dapoObjective(objectivePresets.dapo_dc, context),
      dapo_overlong: dapoObjective(DapoSettings.parse({ type: 'dapo', overlong: { mode: 'shape', cacheShare: 0.5 } }), {
        ...context,
        responseLimit: 4,
      }),
    }

    it.each(Object.keys(objectives))('%s', (id) => {
      const { inputs, expected } = vector(id)
      const rewards = numbers(inputs['accuracy'] ?? inputs['rewards'])
      const result = run(objectives[id]!, groupsOf(rewards))
      expectCase(vector(id), result)
      close(result.metrics['pg_loss'], expected['pg_loss'] as number, 'pg_loss')
      const metrics = record(expected['metrics'])
      const named = {
        clip_ratio: 'clip_fraction',
        clip_ratio_dual: 'clip_fraction_dual',
        clip_ratio_low: 'clip_low',
        clip_ratio_high: 'clip_high',
        kl: 'ppo_kl',
        ratio_mean: 'ratio_mean',
        entropy: 'entropy',
      }
      for (const [ours, theirs] of Object.entries(named)) close(result.metrics[ours], metrics[theirs]!, ours)
      if (id === 'grpo_classic') close(result.metrics['kl_reference'], metrics['ref_kl_k3']!, 'kl_reference')
      if (id === 'dapo_overlong') {
        const penalty = numbers(expected['overlong_penalty'])
        close(
          result.prepared['overlong_penalty'],
          penalty.reduce((a, b) => a + b, 0) / penalty.length,
          'overlong_penalty',
        )
      }
    })

    it.each(['k1', 'k2', 'k3'] as const)('reports the %s distance to the reference', (estimator) => {
      const { inputs, expected } = vector('grpo_retu')
      const objective = grpoObjective(GrpoSettings.parse({ type: 'grpo', kl: { coef: 1e-9, estimator } }), context)
      const result = run(objective, groupsOf(numbers(inputs['rewards'])))
      close(result.metrics['kl_reference'], record(expected['metrics'])[`ref_kl_${estimator}`]!, estimator)
    })
  })

  describe('luffy', () => {
    const objectives: Record<string, LuffySettings> = {
      luffy_default: LuffySettings.parse({ type: 'luffy', entropyCoef: 0 }),
      luffy_sum_lmax: LuffySettings.parse({ type: 'luffy', entropyCoef: 0, aggregation: 'sum_over_lmax' }),
      luffy_std_clip: LuffySettings.parse({
        type: 'luffy',
        entropyCoef: 0,
        advantage: { std: true },
        onPolicyClip: 0.2,
      }),
      luffy_no_shaping: LuffySettings.parse({ type: 'luffy', entropyCoef: 0, shaping: { kind: 'none' } }),
    }
    it.each(Object.keys(objectives))('%s', (id) => {
      const { inputs, expected } = vector(id)
      const groups = groupsOf(numbers(inputs['rewards']), { expert: numbers(inputs['off_policy_row']) })
      const result = run(luffyObjective(objectives[id]!, context), groups)
      expectCase(vector(id), result)
      const metrics = record(expected['metrics'])
      close(result.metrics['policy_loss'], expected['on_pg_loss'] as number, 'policy_loss')
      close(result.metrics['expert_loss'], expected['off_pg_loss'] as number, 'expert_loss')
      close(result.metrics['expert_weight'], metrics['off_ratio_mean']!, 'expert_weight')
      close(result.metrics['expert_prob'], metrics['off_policy_prob']!, 'expert_prob')
      close(result.metrics['clip_ratio'], metrics['clip_fraction']!, 'clip_ratio')
      close(result.metrics['kl'], metrics['ppo_kl']!, 'kl')
      close(result.prepared['policy_solved'], metrics['on_solved']!, 'policy_solved')
      close(result.prepared['expert_solved'], metrics['off_solved']!, 'expert_solved')
    })
  })

  describe('srft', () => {
    const objectives: Record<string, SrftSettings> = {
      srft_default: SrftSettings.parse({ type: 'srft', entropyCoef: 0 }),
      srft_upt_code: SrftSettings.parse({ type: 'srft', entropyCoef: 0, aggregation: 'sum_over_lmax' }),
      srft_paper: SrftSettings.parse({
        type: 'srft',
        entropyCoef: 0,
        advantage: { std: true },
        shaping: { kind: 'none' },
        entropyScope: 'batch',
      }),
    }
    it.each(Object.keys(objectives))('%s', (id) => {
      const { inputs, expected } = vector(id)
      const groups = groupsOf(numbers(inputs['rewards']), { expert: numbers(inputs['off_policy_row']) })
      const result = run(srftObjective(objectives[id]!, context), groups)
      expectCase(vector(id), result)
      const parts = record(expected['components'])
      close(result.metrics['srft_sft'], parts['sft']!, 'sft')
      close(result.metrics['srft_off_policy'], parts['off_policy']!, 'off_policy')
      close(result.metrics['srft_positive'], parts['on_positive']!, 'on_positive')
      close(result.metrics['srft_negative'], parts['on_negative']!, 'on_negative')
      const metrics = record(expected['metrics'])
      close(result.metrics['srft_entropy'], metrics['srft_H']!, 'srft_entropy')
      close(result.metrics['srft_sft_coef'], metrics['srft_sft_coef']!, 'srft_sft_coef')
      close(result.metrics['srft_rl_coef'], metrics['srft_on_coef']!, 'srft_rl_coef')
      close(result.metrics['expert_prob'], metrics['off_policy_prob']!, 'expert_prob')
    })
  })

  describe('upt', () => {
    const objectives: Record<string, UptSettings> = {
      upt_default: UptSettings.parse({ type: 'upt', entropyCoef: 0 }),
      upt_sum_lmax: UptSettings.parse({ type: 'upt', entropyCoef: 0, aggregation: 'sum_over_lmax' }),
      upt_clip: UptSettings.parse({ type: 'upt', entropyCoef: 0, onPolicyClip: 0.2 }),
      upt_gate_high: UptSettings.parse({ type: 'upt', entropyCoef: 0, gate: 1, sftCoef: 0.3 }),
    }
    it.each(Object.keys(objectives))('%s', (id) => {
      const { inputs, expected } = vector(id)
      const demo = inputs['demo_logp_new'] as Table
      const experts = (inputs['demo_mask'] as Table).map((row) => new Int32Array(row.filter((m) => m === 1).length))
      const result = run(
        uptObjective(objectives[id]!, context),
        groupsOf(numbers(inputs['rewards']), { experts }),
        demo,
      )
      expectCase(vector(id), result)
      close(result.metrics['pg_loss'], expected['rl_loss'] as number, 'rl_loss')
      close(result.metrics['expert_loss'], expected['sft_loss'] as number, 'sft_loss')
      const metrics = record(expected['metrics'])
      close(result.prepared['sft_prompt_share'], metrics['sft_prompt_fraction']!, 'sft_prompt_share')
      close(result.prepared['sft_row_share'], metrics['sft_row_fraction']!, 'sft_row_share')
      const route = expected['route'] as readonly string[]
      route.forEach((where, g) =>
        expect(result.rows.filter((row) => row.promptId === g).every((row) => row.role === where)).toBe(true),
      )
      ;(expected['grad_demo_logp'] as Table).forEach((gradient, g) => {
        const b = result.rows.findIndex((row) => row.role === 'sft' && row.promptId === g)
        closeAll(
          b < 0 ? [0, 0, 0, 0] : [...result.gradient.slice(b * T, (b + 1) * T)],
          gradient,
          `gradient of expert ${g}`,
        )
      })
    })
  })

  describe('prefix-rft', () => {
    const settings = (more: object) => PrefixRftSettings.parse({ type: 'prefix-rft', entropyCoef: 0, ...more })
    const objectives: Record<string, PrefixRftSettings> = {
      prefix_default: settings({}),
      prefix_split_baseline: settings({ baseline: 'split' }),
      prefix_dr_grpo_half: settings({ keepShare: 0.5, aggregation: 'sum_over_lmax', clipPrefix: false }),
      prefix_half_clipped: settings({ keepShare: 0.5 }),
    }
    it.each(Object.keys(objectives))('%s', (id) => {
      const { inputs, expected } = vector(id)
      const groups = groupsOf(numbers(inputs['rewards']), { prefix: numbers(inputs['prefix_len']) })
      const result = run(prefixRftObjective(objectives[id]!, context), groups)
      expectCase(vector(id), result)
      close(result.metrics['prefix_loss'], expected['prefix_loss'] as number, 'prefix_loss')
      close(result.metrics['continuation_loss'], expected['continuation_loss'] as number, 'continuation_loss')
      const metrics = record(expected['metrics'])
      close(result.metrics['prefix_share'], metrics['off_ratio']!, 'prefix_share')
      close(result.metrics['prefix_kept'], metrics['prefix_kept']!, 'prefix_kept')
      close(result.metrics['clip_ratio'], metrics['clip_fraction']!, 'clip_ratio')
      close(result.metrics['clip_ratio_dual'], metrics['clip_fraction_dual']!, 'clip_ratio_dual')
      close(result.metrics['entropy'], metrics['entropy_response_only']!, 'entropy')
      // Advantages before masking: where the vector's token is not zeroed they must agree.
      const zeroed = expected['zeroed_prefix_tokens'] as Table
      ;(expected['advantage_token'] as Table).forEach((advantages, row) =>
        advantages.forEach((A, t) => {
          if (zeroed[row]![t] === 0)
            close(result.inputs['advantage']![row * T + t], A, `advantage of token ${row},${t}`)
        }),
      )
    })
  })
})
