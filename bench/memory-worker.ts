/** Jobs of the memory bench, each in a process of its own: `train THREADS PRESET VOCAB ROWS WIDTH STEPS`, `rollouts THREADS ANSWERS`. */
import { labRows } from '#tasks/lab/generator.ts'
import { labTask } from '#tasks/lab/lab-task.ts'
import { presetShape, type ModelPreset } from '#shared/experiment/presets.ts'
import { createPolicy } from '../electron/trainer/create-policy.ts'
import { benchBatch, crossEntropy, settings } from './cross-entropy.ts'

export interface TrainingFacts {
  /** Largest resident set of the process. */
  readonly peakMegabytes: number
  /** From the start of the process to the end of its first training step. */
  readonly firstStepSeconds: number
}

/** Resident megabytes after a tenth of the answers and after all of them. */
export interface RolloutFacts {
  readonly early: number
  readonly late: number
}

const jobs = { train, rollouts }
const [job, threads, ...rest] = process.argv.slice(2)
console.log(JSON.stringify(await jobs[job as keyof typeof jobs](Number(threads), rest)))

async function train(
  threads: number,
  [preset, vocabSize, rows, width, steps]: readonly string[],
): Promise<TrainingFacts> {
  const shape = presetShape(preset as ModelPreset, Number(vocabSize), Number(width))
  const policy = await createPolicy({ shape, start: { seed: 1 }, objectives: [crossEntropy], forbidden: [], padToken: 0, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
  const batch = benchBatch(Number(rows), Number(width), shape.vocabSize)
  await policy.train(crossEntropy.key, batch, settings)
  const firstStepSeconds = (Date.now() - Number(process.env['SWITCHPOINT_BENCH_START'])) / 1000
  for (let i = 1; i < Number(steps); i++) await policy.train(crossEntropy.key, batch, settings)
  policy.dispose()
  return { peakMegabytes: process.resourceUsage().maxRSS / 1024, firstStepSeconds }
}

async function rollouts(threads: number, [answers]: readonly string[]): Promise<RolloutFacts> {
  const { tokenizer, maxPromptTokens, maxResponseTokens } = labTask
  const shape = presetShape('lab-0.3m', tokenizer.vocabSize, maxPromptTokens + maxResponseTokens)
  const policy = await createPolicy({ shape, start: { seed: 1 }, objectives: [], forbidden: [], padToken: tokenizer.pad, mode: 'recorded', precision: 'f32', threads }) // prettier-ignore
  const prompts = [...labRows({ set: 'uniform', rows: 25, seed: 1 })].map(({ prompt }) => tokenizer.encode(prompt))
  const request = { answers: 8, temperature: 1, topP: 1, topK: 0, stopTokens: tokenizer.stops, forbidden: tokenizer.forbiddenInSampling, maxNewTokens: maxResponseTokens } // prettier-ignore
  const resident = () => {
    global.gc?.()
    return process.memoryUsage().rss / 2 ** 20
  }
  let done = 0
  let early = 0
  for (let seed = 0; done < Number(answers); seed++) {
    done += (await policy.generate({ ...request, prompts, promptIds: prompts.map((_, i) => i), seed })).length
    if (early === 0 && done >= Number(answers) / 10) early = resident()
  }
  const late = resident()
  policy.dispose()
  return { early, late }
}
