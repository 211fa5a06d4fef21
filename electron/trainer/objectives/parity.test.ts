/**
 * Our objectives against other code: TRL's own losses (SFT, GRPO, Dr. GRPO, DAPO) and a PyTorch writing of the papers (LUFFY,
 * SRFT, UPT, Prefix-RFT). Values and gradients recorded by `npm run parity -- objectives`, agreement to 1e-5.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  DapoSettings,
  DrGrpoSettings,
  GrpoSettings,
  objectivePresets,
  UptSettings,
} from '#shared/experiment/objectives.ts'
import { evaluateObjective } from './evaluate-objective.ts'
import { objectiveOf, type RolloutSettings } from './registry.ts'
import { sftObjective } from './sft.ts'
import type { RolloutGroup, UpdateRow } from './update-row.ts'
import type { Table } from './vectors.ts'

interface Case {
  readonly id: string
  readonly loss: number
  readonly gradient: Table
  readonly entropy_gradient?: Table
  readonly advantages?: readonly number[]
  readonly eps?: number
  readonly labels?: Table
  readonly logp?: Table
  readonly mask?: Table
}
interface Recorded {
  readonly shared: Readonly<Record<'logp_new' | 'logp_old' | 'logp_ref' | 'entropy', Table>> & {
    readonly groups: number
    readonly rows: number
    readonly lengths: readonly number[]
    readonly rewards: readonly number[]
    readonly l_max: number
    readonly expert_rows: readonly number[]
    readonly prefix: Readonly<Record<string, number>>
  }
  readonly cases: readonly Case[]
}
const { shared, cases } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'parity.vectors.json'), 'utf8'),
) as Recorded
const recorded = (id: string) => cases.find((candidate) => candidate.id === id)!
const T = 6

beforeAll(() => tf.setBackend('cpu'))

const near = (actual: number, expected: number, what: string) =>
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(
    Math.max(1e-6, 1e-5 * Math.abs(expected)),
  )

/** Tokens name their row, so that a row of an update can be traced back. */
const responseOf = (row: number) => new Int32Array(shared.lengths[row]!).fill(row)
const rowOf = (row: UpdateRow) => row.responseTokens[0]!

type Kind = 'rollouts' | 'experts' | 'standby' | 'prefixes'
/** `experts`: a group's last row is its expert's; `standby`: its copy waits beside all four rollouts; `prefixes`: it is a hybrid. */
function groupsOf(kind: Kind): RolloutGroup[] {
  return Array.from({ length: shared.groups }, (_, g) => {
    const rows = Array.from({ length: shared.rows }, (_, i) => g * shared.rows + i)
    const isMixed = (row: number) => kind !== 'rollouts' && kind !== 'standby' && shared.expert_rows.includes(row)
    const answer = (row: number) => {
      const reward = isMixed(row) ? 1 : shared.rewards[row]!
      return {
        responseTokens: responseOf(row),
        correct: reward === 1,
        reward,
        stopped: true,
        prefixTokens: kind === 'prefixes' ? (shared.prefix[row] ?? 0) : 0,
      }
    }
    const last = rows.at(-1)!
    return {
      promptId: g,
      promptTokens: Int32Array.of(0),
      answers: rows.filter((row) => kind !== 'experts' || row !== last).map(answer),
      ...((kind === 'experts' || kind === 'standby') && { experts: [answer(last)] }),
    }
  })
}

function run(settings: RolloutSettings, kind: Kind) {
  const objective = objectiveOf(settings, { temperature: 1, responseLimit: shared.l_max, oldPolicy: 'scored' })
  const at = { step: 0, steps: 100 }
  const rows = objective.prepare(groupsOf(kind), at).rows.map((row) => ({
    ...row,
    logpOld: Float32Array.from(shared.logp_old[rowOf(row)]!),
    logpRef: Float32Array.from(shared.logp_ref[rowOf(row)]!),
  }))
  const layout = { rows: rows.length, width: T + 1 }
  const flat = (table: Table) => Float32Array.from(rows.flatMap((row) => [...table[rowOf(row)]!]))
  const forward = { logp: flat(shared.logp_new), entropy: flat(shared.entropy) }
  const value = evaluateObjective(objective.graph, objective.inputs(rows, layout, at), forward, layout)
  return { ...value, rows }
}

function expectCase({ loss, gradient, advantages }: Case, result: ReturnType<typeof run>) {
  near(result.loss, loss, 'loss')
  const seen = new Set<number>()
  result.rows.forEach((row, b) => {
    const from = rowOf(row)
    seen.add(from)
    if (advantages) near(row.advantage, advantages[from]!, `advantage ${from}`)
    gradient[from]!.forEach((g, t) => near(result.gradient[b * T + t]!, g, `gradient ${from},${t}`))
  })
  gradient.forEach((row, from) => {
    if (!seen.has(from)) expect(row.every((g) => g === 0)).toBe(true)
  })
}

describe('TRL', () => {
  const advantage = { std: true, eps: 1e-4 }
  const off = { entropyCoef: 0 }
  it.each<[string, RolloutSettings]>([
    ['trl_grpo', GrpoSettings.parse({ ...objectivePresets.grpo_classic, advantage })],
    [
      'trl_grpo_kl_corrected',
      GrpoSettings.parse({
        ...objectivePresets.grpo_classic,
        advantage,
        kl: { coef: 0.04, importanceCorrected: true },
      }),
    ],
    [
      'trl_grpo_clip',
      GrpoSettings.parse({
        type: 'grpo',
        aggregation: 'seq_mean_token_mean',
        advantage,
        clipLow: 0.1,
        clipHigh: 0.1,
        ...off,
      }),
    ],
    ['trl_dr_grpo', DrGrpoSettings.parse({ type: 'dr-grpo' })],
    ['trl_dapo', DapoSettings.parse({ type: 'dapo', advantage, dualClip: null })],
    ['trl_bnpo', GrpoSettings.parse({ type: 'grpo', advantage, ...off })],
  ])('%s', (id, settings) => expectCase(recorded(id), run(settings, 'rollouts')))

  it('trl_sft: prompt, padding and the stop token as its collator lays them', () => {
    const { labels, logp, mask, loss, gradient } = recorded('trl_sft')
    const documents = labels!.map((row) => {
      const from = row.findIndex((label) => label !== -100)
      return {
        promptTokens: new Int32Array(from),
        responseTokens: new Int32Array(row.filter((label) => label !== -100).length),
      }
    })
    const layout = { rows: labels!.length, width: labels![0]!.length }
    const objective = sftObjective({ aggregation: 'token_mean' })
    const inputs = objective.inputs(documents, layout)
    const forward = { logp: Float32Array.from(logp!.flat()), entropy: new Float32Array(logp!.flat().length) }
    const value = evaluateObjective(objective.graph, inputs, forward, layout)
    near(value.loss, loss, 'loss')
    mask!.flat().forEach((m, i) => near(value.gradient[i]!, m * gradient.flat()[i]!, `gradient ${i}`))
  })
})

describe('the papers, in PyTorch', () => {
  it.each<[string, RolloutSettings, Kind]>([
    ['luffy', objectivePresets.luffy, 'experts'],
    ['srft', objectivePresets.srft, 'experts'],
    ['upt', UptSettings.parse({ type: 'upt', gate: 1 }), 'standby'],
    ['prefix_rft', objectivePresets.prefix_rft, 'prefixes'],
  ])('%s', (id, settings, kind) => expectCase(recorded(id), run(settings, kind)))
})
