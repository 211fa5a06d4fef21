/** An SFT epoch on 1,000 GSM8K texts beside TRL's SFTTrainer: from texts to updated weights, tokenising and batching included. */
import { Stage } from '#shared/experiment/spec.ts'
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import type { Policy } from '../electron/trainer/policy.ts'
import { stageStart } from '../electron/trainer/stages/position.ts'
import { stageEvents, stageNeeds } from '../electron/trainer/stages/stages.ts'
import { gsm8kTexts, taskOf, tokenizerOf, type Text } from './gsm8k-texts.ts'
import { alternating, seconds, type BenchOptions } from './measure.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

const presets: readonly ModelPreset[] = ['lab-3m', 'lab-15m']
const batch = 16
const maxLength = 1024
const allTexts = 1000

export async function epoch({ threads, repeats, share = 1, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  const texts = Math.round(allTexts * share)
  for (const preset of presets.filter((preset) => nameOf(preset, texts).includes(only))) {
    const all = gsm8kTexts(texts)
    const policy = await ourPolicy(preset, threads)
    const peer = new Peer('epoch.py', threads)
    const prepared = { shape: policy.shape, tokenizer: tokenizerOf(preset), threads, batch }
    const { version } = await peer.ask<{ version: string }>('prepare', prepared)
    const measured = await alternating(
      repeats,
      async (count) => [await seconds(() => ourEpoch(policy, preset, all.slice(0, count)))],
      async (count) => [await peer.ask<number>('epoch', { texts: all.slice(0, count) })],
      { warmUp: 2 * batch, turn: texts },
    )
    peer.close()
    policy.dispose()
    const value = { name: 'TRL SFTTrainer', version, value: measured.theirs }
    results.push(
      result({
        case: nameOf(preset, texts),
        unit: 's an epoch',
        better: 'less',
        goal: 2,
        ours: measured.ours,
        peer: value,
      }),
    )
  }
  return results
}

const nameOf = (preset: ModelPreset, texts: number): string => `${preset}, ${texts} GSM8K texts, batches of ${batch}`

const stageOf = (count: number) =>
  Stage.parse({
    kind: 'sft',
    batch,
    learningRate: 1e-3,
    schedule: { kind: 'linear', warmupSteps: 0, floor: 0 },
    budget: { steps: Math.ceil(count / batch) },
  })

function ourPolicy(preset: ModelPreset, threads: number): Promise<Policy> {
  const { tokenizer } = taskOf(preset)
  const { graphs } = stageNeeds(stageOf(1), maxLength)
  const shape = presetShape(preset, tokenizer.vocabSize, maxLength)
  return createPolicy({ shape, start: { seed: 1 }, objectives: graphs, forbidden: [], padToken: tokenizer.pad, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
}

/** The stage as a run drives it, without files. */
async function ourEpoch(policy: Policy, preset: ModelPreset, given: readonly Text[]): Promise<void> {
  const task = taskOf(preset)
  const train = given.map(({ prompt, answer }, id) => ({
    ...{ id, prompt, answer, trajectory: answer },
    promptTokens: task.tokenizer.encode(task.promptText(prompt)),
    responseTokens: Int32Array.of(...task.tokenizer.encode(answer), task.tokenizer.stop),
  }))
  const deps = {
    ...{ policy, task, forbidden: [], testAnswerTokens: task.maxResponseTokens },
    data: { train, validation: [], test: [], remarks: [] },
    ...{ shape: policy.shape, seed: 1, beforeFlops: 0, elapsedMs: () => performance.now() },
  }
  await policy.resetOptimiser()
  for await (const event of stageEvents(stageOf(given.length), deps, stageStart(1))) {
    if (event.kind === 'diverged' || event.kind === 'halted') throw new Error(`The epoch ended: ${event.kind}`)
  }
}
