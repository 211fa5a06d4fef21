/** Rollouts beside transformers' `generate`: tokens a second, the same prompts and the same lengths on both sides. */
import { basename, resolve } from 'node:path'
import { presetShape, type ModelPreset, type ModelShape } from '#shared/experiment/presets.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import { openModelFolder } from '../electron/trainer/model/hugging-face/model-folder.ts'
import type { Policy, PolicyOptions } from '../electron/trainer/policy.ts'
import { lognormalLengths } from './answer-lengths.ts'
import { alternating, seconds, type BenchOptions } from './measure.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

/** What samples: a preset with fresh weights, or a Hugging Face folder. */
interface Model {
  readonly shape: ModelShape
  readonly start: PolicyOptions['start']
  /** Where the peer reads it; undefined: it makes fresh weights of the same shape. */
  readonly folder?: string
}

interface Case {
  readonly modelOf: (maxLength: number) => Model
  readonly model: string
  readonly prompts: number
  /** New tokens of each answer, by prompt, then answer. */
  readonly lengths: readonly number[]
  readonly what: string
  readonly goal: number | null
}

const promptLength = 64
const equal = (answers: number, length: number): number[] => new Array<number>(answers).fill(length)

const presetCases = (share: number): readonly Case[] =>
  (['lab-3m', 'lab-15m'] as const).flatMap((preset: ModelPreset) => {
    const vocabSize = preset === 'lab-3m' ? 512 : 2048
    const modelOf = (maxLength: number) => ({ shape: presetShape(preset, vocabSize, maxLength), start: { seed: 1 } })
    const base = { model: preset, modelOf }
    const prompts = Math.max(1, Math.round(32 * share))
    return [
      { ...base, prompts: 16, lengths: equal(16, 128), what: '16 of equal lengths', goal: 1.7 },
      { ...base, prompts: 64, lengths: equal(64, 128), what: '64 of equal lengths', goal: 1.7 },
      {
        ...base,
        prompts,
        lengths: lognormalLengths(8 * prompts),
        what: `${prompts} x 8 of lognormal lengths`,
        goal: 3,
      },
    ]
  })

/** A model of one's own: SmolLM2-135M's goal. */
function folderCases(given: string): Case[] {
  const folder = resolve(given)
  const modelOf = (maxLength: number) => {
    const { shape, weights } = openModelFolder(folder)
    return { shape: { ...shape, maxLength }, start: { weights, optimiserStep: 0 }, folder }
  }
  return [{ model: basename(folder), modelOf, prompts: 16, lengths: equal(16, 64), what: '16 of equal lengths', goal: 1.2 }] // prettier-ignore
}

export async function rollout({
  threads,
  repeats,
  share = 1,
  only = '',
  model: folder,
}: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  const cases = folder === undefined ? presetCases(share) : folderCases(folder)
  for (const c of cases.filter((candidate) => nameOf(candidate).includes(only))) {
    const model = c.modelOf(promptLength + Math.max(...c.lengths))
    const { shape, start } = model
    const policy = await createPolicy({ shape, start, objectives: [], forbidden: [], padToken: 0, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
    const peer = new Peer('rollout.py', threads)
    const { version } = await peer.ask<{ version: string }>('prepare', { shape, threads, folder: model.folder ?? null })
    const answers = c.lengths.length / c.prompts
    const prompts = Array.from({ length: c.prompts }, (_, row) =>
      Array.from({ length: promptLength }, (_, i) => (17 * row + 31 * i) % shape.vocabSize),
    )
    const repeated = prompts.flatMap((prompt) => new Array<number[]>(answers).fill(prompt))
    const cut = (longest: number) => c.lengths.map((length) => Math.min(length, longest))
    const rate = (lengths: readonly number[], duration: number) => lengths.reduce((sum, n) => sum + n, 0) / duration
    const measured = await alternating(
      repeats,
      async (longest) => [rate(cut(longest), await seconds(() => ourSample(policy, prompts, cut(longest))))],
      async (longest) => [rate(cut(longest), await peer.ask<number>('sample', { prompts: repeated, lengths: cut(longest) }))], // prettier-ignore
      { warmUp: 4, turn: Math.max(...c.lengths) },
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

const nameOf = ({ model, what }: Case): string => `${model}, ${what}`

const ourSample = (policy: Policy, prompts: readonly (readonly number[])[], limits: readonly number[]) =>
  policy.generate({
    prompts: prompts.map((prompt) => Int32Array.from(prompt)),
    promptIds: prompts.map((_, i) => i),
    answers: limits.length / prompts.length,
    ...{ seed: 1, temperature: 1, topP: 1, topK: 0, stopTokens: [], forbidden: [] },
    maxNewTokens: Math.max(...limits),
    limits,
  })
