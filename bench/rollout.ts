/** Rollouts beside transformers' `generate`: tokens a second, the same prompts and the same lengths on both sides. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import type { Policy } from '../electron/trainer/policy.ts'
import { alternating, type BenchOptions } from './measure.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

interface Case {
  readonly preset: ModelPreset
  readonly vocabSize: number
  readonly promptLength: number
  readonly lengths: readonly number[]
  readonly what: string
  readonly goal: number | null
}

/** Lognormal lengths as answers have them: mean 96, none above 384. */
function unequal(rows: number): number[] {
  const generator = xoroshiro128plus(7)
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) * Math.cos(2 * Math.PI * uniformFloat64(generator))
  const spread = 0.8
  return Array.from({ length: rows }, () =>
    Math.max(1, Math.min(384, Math.round(96 * Math.exp(spread * normal() - spread ** 2 / 2)))),
  )
}

const equal = (rows: number, length: number): number[] => new Array<number>(rows).fill(length)

const cases: readonly Case[] = (['lab-3m', 'lab-15m'] as const).flatMap((preset) => {
  const base = { preset, vocabSize: preset === 'lab-3m' ? 512 : 2048, promptLength: 64 }
  return [
    { ...base, lengths: equal(16, 128), what: '16 of equal lengths', goal: 1.7 },
    { ...base, lengths: equal(64, 128), what: '64 of equal lengths', goal: 1.7 },
    { ...base, lengths: unequal(256), what: '32 x 8 of lognormal lengths', goal: 3 },
  ]
})

export async function rollout({ threads, repeats, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const c of cases.filter((candidate) => nameOf(candidate).includes(only))) {
    const shape = presetShape(c.preset, c.vocabSize, c.promptLength + Math.max(...c.lengths))
    const policy = await createPolicy({ shape, start: { seed: 1 }, objectives: [], forbidden: [], padToken: 0, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
    const peer = new Peer('rollout.py', threads)
    const { version } = await peer.ask<{ version: string }>('prepare', { shape, threads })
    const prompts = c.lengths.map((_, row) =>
      Array.from({ length: c.promptLength }, (_, i) => (17 * row + 31 * i) % c.vocabSize),
    )
    const tokens = c.lengths.reduce((sum, length) => sum + length, 0)
    const measured = await alternating(
      repeats,
      async () => [tokens / (await ourSeconds(policy, prompts, c.lengths))],
      async () => [tokens / (await peer.ask<number>('sample', { prompts, lengths: c.lengths }))],
    )
    peer.close()
    policy.dispose()
    const value = { name: 'transformers generate', version, value: measured.theirs }
    results.push(
      result({ case: nameOf(c), unit: 'tokens/s', better: 'more', goal: c.goal, ours: measured.ours, peer: value }),
    )
  }
  return results
}

const nameOf = ({ preset, what }: Case): string => `${preset}, ${what}`

async function ourSeconds(
  policy: Policy,
  prompts: readonly (readonly number[])[],
  lengths: readonly number[],
): Promise<number> {
  const request = {
    prompts: prompts.map((prompt) => Int32Array.from(prompt)),
    promptIds: prompts.map((_, i) => i),
    answers: 1,
    seed: 1,
    temperature: 1,
    topP: 1,
    topK: 0,
    maxNewTokens: Math.max(...lengths),
    limits: lengths,
    stopTokens: [],
    forbidden: [],
  }
  const start = performance.now()
  await policy.generate(request)
  return (performance.now() - start) / 1000
}
