/**
 * The quick study: base -> SFT -> an RL branch from each of three regimes; pure SFT, pure RL and LUFFY from the same base; all
 * arms end at one total of FLOPs (SFT + RL; pretraining is nobody's). Pure: settings in, specs out.
 */
import type { StudyRole } from '#shared/contract/studies.ts'
import { ExperimentSpec, type ExperimentInput } from '#shared/experiment/spec.ts'

/** A run of the plan; `from` names the entry it starts from. */
export interface PlannedRun {
  readonly key: string
  readonly role: StudyRole
  readonly from: string | null
  readonly spec: ExperimentSpec
}

/** The test set of every evaluation: 512 prompts that no other set holds. */
const testSet = { lab: { set: 'uniform', rows: 512, seed: 9001 } } as const
const evaluation = (every: number) => ({ every, samples: 4, greedy: true, data: testSet })

/** Measured so that the whole takes about four minutes on two quiet cores (docs/methods/quick-study.md). */
export const quickSettings = {
  totalFlops: 2e12,
  baseSteps: 1100,
  // Long enough to pass through all regimes: with 300 the cosine ends while Mild is still a coin toss.
  sftSteps: 400,
  sftRows: 1000,
  validationEvery: 25,
  sftEvaluationEvery: 50,
  rlEvaluationEvery: 12,
  pureSftEvery: 120,
  /** Arms run two at a time, one thread each: the tensors are too small to fill two. */
  armThreads: 1,
} as const

const regimes = ['adaptive', 'stable', 'mild'] as const
const manySteps = 100_000

/** The runs in the order in which they are queued. `threads`: of the machine. */
export function quickPlan(seed: number, threads: number): PlannedRun[] {
  const s = quickSettings
  const sftData = { lab: { set: 'uniform', rows: s.sftRows, seed: 2 + 10 * seed } } as const
  const rlData = { lab: { set: 'uniform', rows: 8192, seed: 3 + 10 * seed } } as const
  const validation = { every: s.validationEvery, data: { lab: { set: 'uniform', rows: 200, seed: 9002 } } } as const
  const budget = { steps: manySteps, totalFlops: s.totalFlops }
  const checkpoints = { keepLast: 2 }
  const lanes = threads > 1 ? { threads: s.armThreads } : {}
  const entry = (
    key: string,
    role: StudyRole,
    from: string | null,
    name: string,
    stage: ExperimentInput['stages'][number],
    engine = lanes,
  ) => ({
    ...{ key, role, from },
    spec: ExperimentSpec.parse({ name, seed, engine, stages: [stage] } satisfies ExperimentInput),
  })
  const rl = { kind: 'rl', data: rlData, budget, checkpoints, evaluation: evaluation(s.rlEvaluationEvery) } as const
  const branch = (regime: (typeof regimes)[number]) =>
    entry(`branch-${regime}`, 'branch', 'sft', `SFT then RL, ${regime}`, { ...rl, switchAt: { regime } })
  const [adaptive, stable, mild] = regimes
  // In the order that leaves two lanes the least idle at the end.
  return [
    entry(
      'base',
      'base',
      null,
      'base',
      { kind: 'pretrain', budget: { steps: s.baseSteps }, checkpoints, evaluation: evaluation(s.baseSteps) },
      {},
    ),
    entry('sft', 'sft', 'base', 'SFT', {
      kind: 'sft',
      data: sftData,
      validation,
      budget: { steps: s.sftSteps },
      evaluation: evaluation(s.sftEvaluationEvery),
    }),
    entry('pure-rl', 'pure-rl', 'base', 'pure RL', rl),
    branch(adaptive),
    entry('luffy', 'luffy', 'base', 'LUFFY', {
      ...rl,
      kind: 'synchronized',
      data: sftData,
      objective: { type: 'luffy' },
    }),
    branch(stable),
    entry('pure-sft', 'pure-sft', 'base', 'pure SFT', {
      kind: 'sft',
      data: sftData,
      validation: { ...validation, every: s.pureSftEvery },
      budget,
      checkpoints,
      evaluation: evaluation(s.pureSftEvery),
    }),
    branch(mild),
  ]
}
