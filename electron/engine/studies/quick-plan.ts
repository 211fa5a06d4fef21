/**
 * The quick study: base -> SFT -> an RL branch from each of three regimes; pure SFT, pure RL and LUFFY from the same base; all
 * arms end at one total of FLOPs (SFT + RL; pretraining is nobody's). Pure: settings in, specs out.
 */
import type { studyRoles } from '#shared/contract/studies.ts'
import { ExperimentSpec, type ExperimentInput } from '#shared/experiment/spec.ts'

export type StudyRole = (typeof studyRoles)[number]

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

/** Measured so that the whole takes under six minutes on two cores (docs/methods/quick-study.md). */
export const quickSettings = {
  totalFlops: 2.2e12,
  baseSteps: 1100,
  sftSteps: 300,
  sftRows: 1000,
  validationEvery: 25,
  rlEvaluationEvery: 12,
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
  const lanes = threads > 1 ? { threads: s.armThreads } : {}
  const entry = (key: string, role: StudyRole, from: string | null, name: string, stage: ExperimentInput['stages'][number], engine = lanes) => ({
    ...{ key, role, from },
    spec: ExperimentSpec.parse({ name, seed, engine, stages: [stage] } satisfies ExperimentInput),
  })
  return [
    entry('base', 'base', null, 'base', { kind: 'pretrain', budget: { steps: s.baseSteps }, evaluation: evaluation(s.baseSteps / 2) }, {}),
    entry('sft', 'sft', 'base', 'SFT', { kind: 'sft', data: sftData, validation, budget: { steps: s.sftSteps }, evaluation: evaluation(s.validationEvery * 3) }),
    entry('pure-rl', 'pure-rl', 'base', 'pure RL', { kind: 'rl', data: rlData, budget, evaluation: evaluation(s.rlEvaluationEvery) }),
    ...regimes.map((regime) =>
      entry(`branch-${regime}`, 'branch', 'sft', `SFT then RL, ${regime}`, {
        kind: 'rl',
        data: rlData,
        switchAt: { regime },
        budget,
        evaluation: evaluation(s.rlEvaluationEvery),
      }),
    ),
    entry('luffy', 'luffy', 'base', 'LUFFY', { kind: 'synchronized', data: sftData, objective: { type: 'luffy' }, budget, evaluation: evaluation(s.rlEvaluationEvery) }),
    entry('pure-sft', 'pure-sft', 'base', 'pure SFT', { kind: 'sft', data: sftData, validation: { ...validation, every: 100 }, budget, evaluation: evaluation(150) }),
  ]
}
