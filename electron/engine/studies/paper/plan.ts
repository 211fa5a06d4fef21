/**
 * The miniature of the paper (docs/methods/miniature.md): seeds x expert sets x switch points on the lab task, with pure SFT,
 * pure RL and every synchronized method as rivals. All arms of a seed start at one base, end at one total of SFT + RL FLOPs, and
 * draw their rollouts from one pool of prompts. Pure: settings in, specs out.
 */
import { Failure } from '#shared/contract/failure.ts'
import type { StudyRole } from '#shared/contract/studies.ts'
import { ExperimentSpec, type ExperimentInput } from '#shared/experiment/spec.ts'

export const paperSets = ['uniform-1000', 'uniform-250', 'uniform-4000', 'easy-1000', 'hard-1000'] as const
export type PaperSet = (typeof paperSets)[number]

/** The set in which switch points and paradigms are compared; its prompts are the pool of every method's rollouts. */
export const mainSet: PaperSet = 'uniform-1000'

export interface PaperSettings {
  readonly seeds: number
  /** SFT + RL, at which every arm ends; pretraining is nobody's. */
  readonly totalFlops: number
  /** With the small, the large, the easy and the hard set; otherwise the main set alone. */
  readonly everySet: boolean
  /** With SRFT, UPT and Prefix-RFT beside LUFFY. */
  readonly everyRival: boolean
}

export interface PaperRun {
  readonly key: string
  readonly role: StudyRole
  readonly set: PaperSet | null
  readonly seed: number
  /** Key of the run it starts from. */
  readonly from: string | null
  readonly spec: ExperimentSpec
}

/** One length for all sets: at equal steps the sets differ in what is in them, not in the compute spent on them. */
const sft = { steps: 400, validationEvery: 25, evaluationEvery: 100 } as const
const baseSteps = 1100
/** Evaluations of an arm, enough for the law's rise and its bend. */
const evaluationsOfAnArm = 24
/** Mean FLOPs of a step on the lab task, for the distance between evaluations only. */
const stepFlops = { rl: 15.4e9, sft: 1.4e9 } as const
const manySteps = 1_000_000
const testSet = { lab: { set: 'uniform', rows: 512, seed: 9001 } } as const
const validationSet = { lab: { set: 'uniform', rows: 200, seed: 9002 } } as const

/**
 * Where RL branches from: the main set in every regime; the others at the minimum of their loss, the small one after heavy
 * over-fitting as well.
 */
const switches: Readonly<Record<PaperSet, readonly ('adaptive' | 'minimum' | 'mild' | 'severe')[]>> = {
  'uniform-1000': ['adaptive', 'minimum', 'mild', 'severe'],
  'uniform-250': ['minimum', 'severe'],
  'uniform-4000': ['minimum'],
  'easy-1000': ['minimum'],
  'hard-1000': ['minimum'],
}

/** Runs of one seed, in the order in which they are queued: what the smallest miniature needs first. */
export function seedPlan(seed: number, settings: PaperSettings, threads: number): PaperRun[] {
  const pool = dataOf(mainSet, seed)
  const budget = { steps: manySteps, totalFlops: settings.totalFlops }
  const checkpoints = { keepLast: 2 }
  const every = (flops: number) => Math.max(1, Math.round(settings.totalFlops / flops / evaluationsOfAnArm))
  const evaluation = (steps: number) => ({ every: steps, samples: 4, greedy: true, data: testSet })
  // Two arms at a time, one thread each: the tensors are too small to fill two.
  const lanes = threads > 1 ? { threads: 1 } : {}
  const key = (name: string) => `seed-${seed}/${name}`
  const run = (
    name: string,
    role: StudyRole,
    set: PaperSet | null,
    from: string | null,
    stage: ExperimentInput['stages'][number],
    engine: ExperimentInput['engine'] = lanes,
  ): PaperRun => {
    const input: ExperimentInput = { name: `${name}, seed ${seed}`, seed, engine, stages: [stage] }
    return { key: key(name), role, set, seed, from: from && key(from), spec: ExperimentSpec.parse(input) }
  }
  const rollouts = { data: pool, budget, checkpoints, evaluation: evaluation(every(stepFlops.rl)) } as const
  const rival = (name: string, role: StudyRole, type: 'luffy' | 'srft' | 'upt' | 'prefix-rft') =>
    run(name, role, mainSet, 'base', { kind: 'synchronized', ...rollouts, objective: { type } })
  const ofSet = (set: PaperSet): PaperRun[] => [
    run(`SFT ${set}`, 'sft', set, 'base', {
      kind: 'sft',
      data: dataOf(set, seed),
      validation: { every: sft.validationEvery, data: validationSet },
      budget: { steps: sft.steps },
      evaluation: evaluation(sft.evaluationEvery),
    }),
    ...switches[set].map((at) =>
      run(`SFT ${set} then RL, ${at}`, 'branch', set, `SFT ${set}`, {
        kind: 'rl',
        ...rollouts,
        switchAt: at === 'minimum' ? at : { regime: at },
      }),
    ),
  ]
  const pureSftEvery = every(stepFlops.sft)
  return [
    run('base', 'base', null, null, { kind: 'pretrain', budget: { steps: baseSteps }, checkpoints, evaluation: evaluation(baseSteps) }, {}), // prettier-ignore
    ...ofSet(mainSet),
    run('pure RL', 'pure-rl', mainSet, 'base', { kind: 'rl', ...rollouts }),
    rival('LUFFY', 'luffy', 'luffy'),
    run('pure SFT', 'pure-sft', mainSet, 'base', {
      kind: 'sft',
      data: pool,
      validation: { every: pureSftEvery, data: validationSet },
      budget,
      checkpoints,
      evaluation: evaluation(pureSftEvery),
    }),
    ...(settings.everySet ? paperSets.filter((set) => set !== mainSet).flatMap(ofSet) : []),
    ...(settings.everyRival
      ? [rival('SRFT', 'srft', 'srft'), rival('UPT', 'upt', 'upt'), rival('Prefix-RFT', 'prefix-rft', 'prefix-rft')]
      : []),
  ]
}

/** Every seed draws its own base corpus order, expert set and rollouts. */
function dataOf(
  set: PaperSet,
  seed: number,
): { lab: { set: 'uniform' | 'easy' | 'hard'; rows: number; seed: number } } {
  const [kind, rows] = set.split('-') as ['uniform' | 'easy' | 'hard', string]
  return { lab: { set: kind, rows: Number(rows), seed: 2 + 10 * seed } }
}

/** From the most to the least that one would want: seeds before length, length before breadth, breadth before a single seed. */
const wishes: readonly PaperSettings[] = [
  ...[
    [5, 9e12],
    [5, 6e12],
    [4, 6e12],
    [3, 6e12],
    [3, 4.5e12],
    [3, 3e12],
    [3, 2e12],
    [3, 1.5e12],
  ].map(([seeds, totalFlops]) => ({ seeds: seeds!, totalFlops: totalFlops!, everySet: true, everyRival: true })),
  { seeds: 3, totalFlops: 1.5e12, everySet: true, everyRival: false },
  { seeds: 3, totalFlops: 1.5e12, everySet: false, everyRival: false },
  { seeds: 2, totalFlops: 1.5e12, everySet: false, everyRival: false },
  { seeds: 1, totalFlops: 1.5e12, everySet: false, everyRival: false },
]

/** The first wish that fits. `secondsOf`: expected wall seconds of one seed. Throws `input.invalid` when none does. */
export async function settingsWithin(
  budgetSeconds: number,
  secondsOf: (settings: PaperSettings) => Promise<number>,
): Promise<PaperSettings & { readonly seconds: number }> {
  for (const wish of wishes) {
    const seconds = wish.seeds * (await secondsOf(wish))
    if (seconds <= budgetSeconds) return { ...wish, seconds }
  }
  const least = Math.ceil((await secondsOf(wishes.at(-1)!)) / 60)
  throw new Failure({
    code: 'input.invalid',
    message: 'The budget is too small for the smallest miniature: one seed, one expert set, short arms.',
    input: `--budget ${Math.round(budgetSeconds / 60)}`,
    remedy: `Give it at least ${least} minutes on this machine; three seeds, which the intervals need, take about ${3 * least}.`,
  })
}

/** Expected wall seconds of a plan whose one-thread runs fill the machine's threads side by side. */
export function wallSeconds(
  runs: readonly { readonly seconds: number; readonly threads: number | null }[],
  threads: number,
): number {
  return runs.reduce((sum, run) => sum + (run.seconds * Math.min(run.threads ?? threads, threads)) / threads, 0)
}
