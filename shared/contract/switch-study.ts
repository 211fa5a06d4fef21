/** The switch search (`study switch`): what it is asked, where it stands, what came out. Scores in percent, compute in FLOPs. */
import * as z from 'zod'
import { ExperimentSpec, RlStage } from '../experiment/spec.ts'
import { Id } from './datasets.ts'
import { StoredFailure } from './failure-data.ts'
import { RunState } from './runs.ts'

/** Of a spec: everything before its RL stage is trained first; the RL stage is what every candidate gets. */
export const SwitchRequest = z.strictObject({
  /** SFT run whose checkpoints are the candidates; or a spec with an SFT stage. One of the two. */
  run: Id.optional(),
  spec: ExperimentSpec.optional(),
  /** With `run`: the RL stage that every candidate gets; absent: the defaults, tested as the SFT run is. */
  stage: RlStage.optional(),
  /** SFT + RL FLOPs at which the candidates are compared; absent: what the RL stage's own budget comes to. */
  target: z.number().positive().optional(),
  /** RL compute allowed, as a share of all candidates run to the target. */
  budgetShare: z.number().positive().max(1).default(0.3),
  /** How many checkpoints to try, one a regime among them; or which. */
  count: z.int().min(2).max(24).default(6),
  steps: z.array(z.int().nonnegative()).min(2).max(24).optional(),
  /** Evaluations of a branch on its way to the target. */
  evaluations: z.int().min(4).max(200).default(32),
  /** Branches at work at a time; absent: two where the machine has two threads. */
  lanes: z.int().positive().max(8).optional(),
})
export type SwitchRequest = z.infer<typeof SwitchRequest>

const Regime = z.enum(['adaptive', 'stable', 'mild', 'severe', 'above-the-band'])

/** What a search would do, before it is begun. */
export const SwitchPlan = z.object({
  sft: z.string(),
  target: z.number(),
  candidates: z.array(
    z.object({ step: z.int(), regime: Regime.nullable(), sftFlops: z.number(), rlFlops: z.number() }),
  ),
  /** RL FLOPs of all candidates run to the target, and of those that the search may spend. */
  allFlops: z.number(),
  budgetFlops: z.number(),
  /** Wall time of the search and of all branches; null where this machine's speed is not known. */
  seconds: z.number().nullable(),
  allSeconds: z.number().nullable(),
})
export type SwitchPlan = z.infer<typeof SwitchPlan>

/** `waiting`: not begun; `resting`: may go on; `given-up`: hardly ever the best by what is known; `reached`: ran to the target. */
export const candidateStates = ['waiting', 'running', 'resting', 'given-up', 'reached', 'collapsed', 'closed'] as const

export const SwitchCandidate = z.object({
  step: z.int(),
  regime: Regime.nullable(),
  state: z.enum(candidateStates),
  run: Id.nullable(),
  runState: RunState.nullable(),
  sftFlops: z.number(),
  /** RL FLOPs so far, and at the target. */
  rlFlops: z.number(),
  targetFlops: z.number(),
  pSft: z.number(),
  /** Mean of its last five evaluations. */
  measured: z.object({ value: z.number(), n: z.int() }).nullable(),
  /** At the target, 80 % interval. */
  forecast: z.object({ mean: z.number(), sd: z.number(), lo: z.number(), hi: z.number() }),
  /** Of being the best. */
  chance: z.number(),
  points: z.array(z.object({ flops: z.number(), score: z.number() })),
  /** What is expected between now and the target, 80 % band. */
  line: z.array(z.object({ flops: z.number(), value: z.number(), lo: z.number(), hi: z.number() })),
})
export type SwitchCandidate = z.infer<typeof SwitchCandidate>

export const stopReasons = ['sure-enough', 'budget-spent', 'all-done'] as const

export const SwitchDecision = z.object({
  no: z.int(),
  at: z.number(),
  kind: z.enum(['begin', 'extend', 'give-up', 'stop']),
  /** The candidate it is about; null: the search as a whole. */
  step: z.int().nullable(),
  /** RL FLOPs that the branch was sent to. */
  toFlops: z.number().nullable(),
  /** In plain words, with the reason. */
  words: z.string(),
  /** By what was known then: the leader, its forecast, the regret to be expected, RL FLOPs spent. */
  leader: z.int(),
  forecast: z.object({ mean: z.number(), sd: z.number() }),
  expectedRegret: z.number(),
  spentFlops: z.number(),
})
export type SwitchDecision = z.infer<typeof SwitchDecision>

/** A search as it stands: what the view draws while it runs, and the document of `study switch` when it has ended. */
export const SwitchSearch = z.object({
  id: Id,
  workspace: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  now: z.string(),
  done: z.number(),
  secondsLeft: z.number().nullable(),
  error: StoredFailure.nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  wallS: z.number(),
  sft: Id,
  sftName: z.string(),
  target: z.number().nullable(),
  budgetShare: z.number(),
  /** Empty until the SFT run has ended. Ordered by step. */
  candidates: z.array(SwitchCandidate),
  /** The best by what is known; when the search is done, its choice. */
  chosen: z.object({ step: z.int(), run: Id.nullable(), regime: Regime.nullable() }).nullable(),
  spentFlops: z.number(),
  allFlops: z.number(),
  computeShare: z.number(),
  savedFlops: z.number(),
  /** Points that the choice is expected to fall short of the best candidate. */
  expectedRegret: z.number().nullable(),
  why: z.enum(stopReasons).nullable(),
  reasons: z.array(z.string()),
  /** Who forecasts. */
  model: z.string(),
  decisions: z.array(SwitchDecision),
})
export type SwitchSearch = z.infer<typeof SwitchSearch>
