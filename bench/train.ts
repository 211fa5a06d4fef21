/** Training steps beside PyTorch: same shapes, same arithmetic, same machine, turn by turn. */
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import type { Policy, PolicyOptions } from '../electron/trainer/policy.ts'
import { benchBatch, crossEntropy, settings } from './cross-entropy.ts'
import { alternating, type BenchOptions } from './measure.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

interface Case {
  readonly preset: ModelPreset
  readonly vocabSize: number
  readonly rows: number
  readonly width: number
  readonly precision: PolicyOptions['precision']
  readonly peers: readonly { readonly compiled: boolean; readonly goal: number | null }[]
}

const cases: readonly Case[] = [
  { preset: 'lab-3m', vocabSize: 512, rows: 8, width: 129, precision: 'f32', peers: [{ compiled: false, goal: 1.25 }, { compiled: true, goal: 1.15 }] }, // prettier-ignore
  { preset: 'lab-15m', vocabSize: 2048, rows: 8, width: 129, precision: 'f32', peers: [{ compiled: false, goal: 1.35 }, { compiled: true, goal: 1.2 }] }, // prettier-ignore
  {
    preset: 'lab-3m',
    vocabSize: 512,
    rows: 8,
    width: 129,
    precision: 'bf16-matmul',
    peers: [{ compiled: false, goal: 1.2 }],
  },
  {
    preset: 'lab-15m',
    vocabSize: 2048,
    rows: 8,
    width: 129,
    precision: 'bf16-matmul',
    peers: [{ compiled: false, goal: 1.5 }],
  },
  {
    preset: 'lab-0.3m',
    vocabSize: 55,
    rows: 256,
    width: 33,
    precision: 'f32',
    peers: [{ compiled: false, goal: null }],
  },
  {
    preset: 'lab-0.3m',
    vocabSize: 55,
    rows: 32,
    width: 33,
    precision: 'f32',
    peers: [{ compiled: false, goal: null }],
  },
]

export async function train({ threads, repeats, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const c of cases.filter((candidate) => nameOf(candidate).includes(only))) {
    const policy = await ourPolicy(c, threads)
    for (const { compiled, goal } of c.peers) {
      const peer = new Peer('train.py', threads)
      const { shape } = policy
      const prepared = { shape, rows: c.rows, width: c.width, threads, compiled, bf16: c.precision !== 'f32' }
      const { version } = await peer.ask<{ version: string }>('prepare', prepared)
      const measured = await alternating(repeats, (count) => ourSteps(policy, c, count), (count) => peer.ask<number[]>('steps', { count })) // prettier-ignore
      peer.close()
      const name = c.precision === 'f32' ? (compiled ? 'torch.compile' : 'PyTorch eager') : 'PyTorch autocast'
      const value = { name, version, value: measured.theirs }
      results.push(
        result({ case: nameOf(c), unit: 'ms a step', better: 'less', goal, ours: measured.ours, peer: value }),
      )
    }
    policy.dispose()
  }
  return results
}

const nameOf = ({ preset, rows, width, precision }: Case): string => `${preset} ${rows} x ${width - 1}, ${precision}`

function ourPolicy({ preset, vocabSize, precision, width }: Case, threads: number): Promise<Policy> {
  const shape = presetShape(preset, vocabSize, width)
  return createPolicy({ shape, start: { seed: 1 }, objectives: [crossEntropy], forbidden: [], padToken: 0, mode: 'recorded', precision, threads }) // prettier-ignore
}

async function ourSteps(policy: Policy, { rows, width, vocabSize }: Case, count: number): Promise<number[]> {
  const batch = benchBatch(rows, width, vocabSize)
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    await policy.train(crossEntropy.key, batch, settings)
    times.push(performance.now() - start)
  }
  return times
}
