/** One whole GRPO step beside TRL's GRPOTrainer: rollouts, rewards, one update; prompts of GSM8K, lengths of answers forced. */
import { objectivePresets } from '#shared/experiment/objectives.ts'
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import type { Task } from '#tasks/task.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import type { Objective } from '../electron/trainer/objectives/objective.ts'
import { objectiveOf } from '../electron/trainer/objectives/registry.ts'
import type { Policy } from '../electron/trainer/policy.ts'
import { update } from '../electron/trainer/stages/policy-update.ts'
import { lognormalLengths, longestAnswer } from './answer-lengths.ts'
import { gsm8kTexts, taskOf, tokenizerOf } from './gsm8k-texts.ts'
import { alternating, seconds, type BenchOptions } from './measure.ts'
import { Peer } from './peers.ts'
import { result, type BenchResult } from './report.ts'

const presets: readonly ModelPreset[] = ['lab-3m', 'lab-15m']
const allPrompts = 32
const answers = 8
const settings = { learningRate: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 }

export async function grpo({ threads, repeats, share = 1, only = '' }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  // TRL's micro-batches are of 32 rows.
  const promptCount = Math.max(4, 4 * Math.round((allPrompts * share) / 4))
  const lengths = lognormalLengths(promptCount * answers)
  for (const preset of presets.filter((preset) => nameOf(preset, promptCount).includes(only))) {
    const task = taskOf(preset)
    const prompts = gsm8kTexts(promptCount).map(({ prompt }) => prompt)
    const longest = Math.max(...prompts.map((prompt) => task.tokenizer.encode(prompt).length))
    const shape = presetShape(preset, task.tokenizer.vocabSize, longest + longestAnswer + 1)
    // TRL's `grpo` with one iteration and no KL: a mean of token means, advantages over their SD, π_old the policy itself.
    const objective = objectiveOf(
      { ...objectivePresets.grpo_classic, kl: { ...objectivePresets.grpo_classic.kl, coef: 0 } },
      { temperature: 1, responseLimit: longestAnswer, oldPolicy: 'current' },
    )
    const policy = await createPolicy({ shape, start: { seed: 1 }, objectives: [objective.graph], forbidden: [], padToken: task.tokenizer.pad, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
    const peer = new Peer('grpo.py', threads)
    const { version } = await peer.ask<{ version: string }>('prepare', { shape, tokenizer: tokenizerOf(preset), threads, prompts, answers, longest: longestAnswer }) // prettier-ignore
    const cut = (most: number) => lengths.map((length) => Math.min(length, most))
    const measured = await alternating(
      repeats,
      async (most) => [await seconds(() => ourStep(policy, task, objective, prompts, cut(most)))],
      async (most) => [await peer.ask<number>('step', { lengths: cut(most) })],
      { warmUp: 4, turn: longestAnswer },
    )
    peer.close()
    policy.dispose()
    const value = { name: 'TRL GRPOTrainer', version, value: measured.theirs }
    results.push(
      result({
        case: nameOf(preset, promptCount),
        unit: 's a step',
        better: 'less',
        goal: 2.5,
        ours: measured.ours,
        peer: value,
      }),
    )
  }
  return results
}

const nameOf = (preset: ModelPreset, promptCount: number): string =>
  `${preset}, ${promptCount} prompts x ${answers} answers`

/** What a stage's step does, on answers of given lengths and with a reward that costs nothing. */
async function ourStep(
  policy: Policy,
  task: Task,
  objective: Objective,
  prompts: readonly string[],
  limits: readonly number[],
): Promise<void> {
  const rows = prompts.map((prompt) => task.tokenizer.encode(task.promptText(prompt)))
  const rollouts = await policy.generate({
    prompts: rows,
    promptIds: rows.map((_, i) => i),
    ...{ answers, seed: 1, temperature: 1, topP: 1, topK: 0, stopTokens: [], forbidden: [task.tokenizer.stop] },
    maxNewTokens: Math.max(...limits),
    limits,
  })
  const judged = rollouts.map(({ tokens }) => {
    const correct = task.tokenizer.decode(tokens).length % 2 === 0
    return { responseTokens: tokens, correct, reward: correct ? 1 : 0, stopped: true }
  })
  const groups = rows.map((promptTokens, p) => ({
    ...{ promptId: p, promptTokens },
    answers: judged.slice(p * answers, (p + 1) * answers),
  }))
  const plan = { objective, updates: 1, temperature: 1, settings, skipAbove: null, progress: { step: 0, steps: 1 }, splits: true } // prettier-ignore
  const deps = { policy, task, forbidden: [], testAnswerTokens: longestAnswer, data: { train: [], validation: [], test: [], remarks: [] }, shape: policy.shape, seed: 1, beforeFlops: 0, elapsedMs: () => 0 } // prettier-ignore
  const updated = await update(groups, plan, deps)
  if (updated.kind === 'diverged') throw new Error(`The update diverged: ${updated.why}`)
}
