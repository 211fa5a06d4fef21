/** A search as the store holds it (the study's `plan`): what was asked, the candidates, and every decision in order. */
import type { Regime } from '#shared/analysis/types.ts'
import type { SwitchDecision, stopReasons } from '#shared/contract/switch-study.ts'
import type { RlStage } from '#shared/experiment/spec.ts'
import type { StudyRow } from '../../store/studies.ts'

export interface SearchState {
  readonly sft: string
  /** Runs that the search trained before: base and SFT of a spec. */
  readonly chain: readonly { readonly id: string; readonly role: 'base' | 'sft' }[]
  readonly stage: RlStage
  readonly count: number
  readonly steps?: readonly number[]
  readonly target: number | null
  readonly budgetShare: number
  readonly evaluations: number
  readonly lanes: number
  /** Threads of each branch; null: all. */
  readonly threads: number | null
  readonly detached: boolean
  /** Null until the SFT run has ended. */
  readonly candidates: readonly CandidateState[] | null
  /** Work of the study, in ms, when the first branch was begun: its pace is counted from there. */
  readonly searchingFrom: number
  readonly decisions: readonly SwitchDecision[]
  /** Runs of the round that is being carried out. */
  readonly round: readonly string[]
  readonly why: (typeof stopReasons)[number] | null
}

export const stateOf = (study: StudyRow): SearchState => JSON.parse(study.plan) as SearchState

export interface CandidateState {
  readonly step: number
  readonly regime: Regime | null
  readonly sftFlops: number
  /** RL FLOPs at the target. */
  readonly targetFlops: number
  /** Score of the checkpoint by the SFT run's own evaluations, until the branch has its own. */
  readonly pSft: number
  /** Steps between evaluations, and FLOPs of a step before any was seen. */
  readonly every: number
  readonly plannedStepFlops: number
  readonly run: string | null
}
