/**
 * One step of a search at a time: waits for its SFT run, sets up the candidates, then round by round sends branches on until
 * the choice is made. A round is decided and put into the queue in one transaction with its record, so the next engine goes on
 * where this one was killed, and nothing is decided twice.
 */
import type { BeliefMemo, SearchDecision } from '#shared/analysis/switch-search.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { SwitchDecision } from '#shared/contract/switch-study.ts'
import type { RunRecords, RunRow } from '../../store/runs.ts'
import type { RunService } from '../../runs/run-service.ts'
import type { Store } from '../../store/store.ts'
import type { StudyRecords, StudyRow } from '../../store/studies.ts'
import { nextRound, type Move } from './round.ts'
import { hopeless } from './search-document.ts'
import { branchesOf, optionsOf, type Branch } from './search-facts.ts'
import { setUp, stageOf, type SetUpDeps } from './set-up.ts'
import { stateOf, type SearchState } from './state.ts'
import { giveUpWords, moveWords, stopWords } from './words.ts'

export interface SearchLoop {
  /** Does what is due, if anything. Throws what setting up throws. */
  advance(study: StudyRow): Promise<void>
}

export interface SearchLoopDeps extends SetUpDeps {
  readonly store: Store
  readonly studies: StudyRecords
  readonly records: RunRecords
  readonly runs: RunService
  isOnItsWay(run: RunRow): boolean
  changed(study: string): void
  now(): number
}

export function createSearchLoop(deps: SearchLoopDeps): SearchLoop {
  const { store, studies, records, runs, changed, now } = deps
  /** Beliefs of branches that have not moved, by study. */
  const memos = new Map<string, BeliefMemo>()
  const memoOf = (id: string): BeliefMemo => {
    const known = memos.get(id) ?? new Map()
    memos.set(id, known)
    return known
  }
  const errorOf = (run: RunRow) => (run.error === null ? null : (JSON.parse(run.error) as FailureFacts))

  function interrupt(id: string, error: FailureFacts | null): void {
    studies.change(id, { state: 'interrupted', error: error && JSON.stringify(error), ended_at: now() })
    changed(id)
  }

  /** The SFT run has ended: the candidates are chosen, and the first round begins. */
  async function whenTrained(study: StudyRow, state: SearchState): Promise<void> {
    const sft = records.byId(state.sft)
    if (!sft) {
      const message = 'The SFT run of this search is gone.'
      return interrupt(study.id, { code: 'run.not_found', message, input: state.sft })
    }
    if (deps.isOnItsWay(sft) || sft.state === 'running') return
    if (sft.state !== 'completed' && state.chain.some(({ id }) => id === sft.id)) {
      return interrupt(study.id, errorOf(sft))
    }
    const ready = await setUp(state, sft, deps)
    // Cancelled meanwhile.
    if (studies.byId(study.id)?.state !== 'running') return
    decideRound(study, { ...state, ...ready, searchingFrom: study.worked_ms })
  }

  function decideRound(study: StudyRow, state: SearchState): void {
    const branches = branchesOf(state, deps)
    const options = optionsOf(state, branches, deps)
    const round = nextRound(branches, state.lanes, options, memoOf(study.id))
    store.transaction(() => {
      if (round.kind === 'stop') return conclude(study, state, branches, round.decision)
      const first = round.moves[0]!.decision
      const begun = round.moves.map((move) => ({ move, run: carryOut(study.id, state, move) }))
      const runOf = new Map(begun.map(({ move, run }) => [move.branch.candidate.step, run]))
      const moves = round.moves.map((move): Said => ({
        kind: move.branch.run ? 'extend' : 'begin',
        step: move.branch.candidate.step,
        toFlops: move.toFlops,
        words: moveWords(move),
      }))
      save(study.id, {
        ...state,
        candidates: state.candidates!.map((each) => ({ ...each, run: runOf.get(each.step) ?? each.run })),
        decisions: recorded(state, first, [...newlyHopeless(state, branches, first), ...moves]),
        round: begun.map(({ run }) => run),
      })
    })
    changed(study.id)
  }

  /** Begins a branch or sends it on. Returns its run. */
  function carryOut(study: string, state: SearchState, { branch, steps, flops }: Move): string {
    const { candidate, run } = branch
    const detached = state.detached || state.round.some((id) => records.byId(id)?.detached === 1)
    const budget = { steps, flops }
    if (run) {
      runs.resume(run.id, detached, budget)
      return run.id
    }
    const sft = records.byId(state.sft)!
    return runs.branch({
      ...{ from: sft.id, step: candidate.step, detached, study: { id: study, roles: ['branch'] } },
      ...(state.threads !== null && { threads: state.threads }),
      stage: stageOf(state.stage, candidate, budget),
      name: `${sft.name} · search, step ${candidate.step}`,
    }).run
  }

  function conclude(study: StudyRow, state: SearchState, branches: readonly Branch[], decision: SearchDecision): void {
    const why = decision.move.kind === 'stop' ? decision.move.why : 'all-done'
    const end: Said = { kind: 'stop', step: null, toFlops: null, words: stopWords(why, decision) }
    const decisions = recorded(state, decision, [...newlyHopeless(state, branches, decision), end])
    save(study.id, { ...state, why, round: [], decisions })
    studies.change(study.id, { state: 'done', error: null, ended_at: now() })
    memos.delete(study.id)
  }

  const save = (id: string, state: SearchState): void => studies.change(id, { plan: JSON.stringify(state) })

  const recorded = (state: SearchState, decision: SearchDecision, said: readonly Said[]): SwitchDecision[] => {
    const { mean, sd } = decision.beliefs.find(({ id }) => id === decision.choice)!
    const { expectedRegret, spent: spentFlops } = decision
    const believed = { leader: Number(decision.choice), forecast: { mean, sd }, expectedRegret, spentFlops }
    const first = state.decisions.length + 1
    return [...state.decisions, ...said.map((each, i) => ({ no: first + i, at: now(), ...each, ...believed }))]
  }

  return {
    async advance(study) {
      const state = stateOf(study)
      if (state.candidates === null) return whenTrained(study, state)
      const round = state.round.flatMap((id) => records.byId(id) ?? [])
      if (round.some((run) => run.state === 'running' || deps.isOnItsWay(run))) return
      const resting = round.find((run) => run.state === 'paused' || run.state === 'interrupted')
      if (resting) return interrupt(study.id, errorOf(resting))
      decideRound(study, state)
    },
  }
}

type Said = Pick<SwitchDecision, 'kind' | 'step' | 'toFlops' | 'words'>

/** Branches that have just lost their chance, said once each. */
function newlyHopeless(state: SearchState, branches: readonly Branch[], decision: SearchDecision): Said[] {
  return decision.beliefs.flatMap((belief, i): Said[] => {
    const branch = branches[i]!
    const { step } = branch.candidate
    const isSaid = state.decisions.some((each) => each.kind === 'give-up' && each.step === step)
    const isLost = belief.collapsed || (!belief.isDone && belief.chance < hopeless)
    if (isSaid || !isLost || belief.id === decision.choice || branch.run === null) return []
    return [{ kind: 'give-up', step, toFlops: null, words: giveUpWords(branch, belief, decision) }]
  })
}
