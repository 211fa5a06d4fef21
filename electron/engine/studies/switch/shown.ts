/** A search as it is shown: how far it is and what it does now, beside what its branches say (search-document.ts). */
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { Study } from '#shared/contract/studies.ts'
import type { SwitchSearch } from '#shared/contract/switch-study.ts'
import type { RunRow } from '../../store/runs.ts'
import type { StudyRow } from '../../store/studies.ts'
import { searchPart, type SearchPart } from './search-document.ts'
import { branchesOf, optionsOf, type FactsDeps } from './search-facts.ts'
import { stateOf, type SearchState } from './state.ts'

export interface Shown {
  study(row: StudyRow): Study
  search(row: StudyRow): SwitchSearch
}

/** Share of the whole that the training of the SFT run is shown as. */
const chainShare = 0.4
const restWords = { done: 'complete', failed: 'failed', cancelled: 'cancelled', interrupted: 'interrupted' } as const

export function createShown(deps: FactsDeps & { readonly workspacePath: string }): Shown {
  const { records } = deps
  const runsOf = (ids: readonly string[]): RunRow[] => ids.flatMap((id) => records.byId(id) ?? [])
  /** The computed part of a search, while its branches are as they were. */
  const parts = new Map<string, { readonly key: string; readonly part: SearchPart }>()

  function partOf(study: StudyRow, state: SearchState): SearchPart {
    const branches = branchesOf(state, deps)
    const seen = branches.map(({ search, run }) => [search.id, search.points.length, search.closed, run?.state])
    const key = JSON.stringify([state.why, seen])
    const known = parts.get(study.id)
    const part = known?.key === key ? known.part : searchPart(state, branches, optionsOf(state, branches, deps))
    parts.set(study.id, { key, part })
    // Compute is the one thing that moves between evaluations.
    const candidates = part.candidates.map((each, i) => ({ ...each, rlFlops: branches[i]!.run?.flops ?? 0 }))
    const spentFlops = candidates.reduce((sum, { rlFlops }) => sum + rlFlops, 0)
    const computeShare = part.allFlops > 0 ? spentFlops / part.allFlops : 0
    return { ...part, candidates, spentFlops, computeShare, savedFlops: part.allFlops - spentFlops }
  }

  function nowOf(study: StudyRow, state: SearchState): string {
    if (study.state !== 'running') return restWords[study.state]
    if (state.candidates === null) {
      const at = runsOf([...state.chain.map(({ id }) => id), state.sft]).find((run) => run.state !== 'completed')
      return at ? `${at.name}: ${at.state === 'running' ? (at.activity ?? 'running') : 'waiting'}` : 'getting ready'
    }
    const moving = state.candidates.filter(({ run }) => run !== null && state.round.includes(run))
    return `RL from step ${moving.map(({ step }) => step.toLocaleString('en-US')).join(' and ')}`
  }

  function doneOf(study: StudyRow, state: SearchState, part: SearchPart): number {
    if (study.state === 'done') return 1
    const own = part.allFlops > 0 ? Math.min(1, part.computeShare / state.budgetShare) : 0
    if (state.chain.length === 0) return own
    if (state.candidates !== null) return chainShare + (1 - chainShare) * own
    const shares = runsOf(state.chain.map(({ id }) => id)).map((run) =>
      run.state === 'completed' ? 1 : run.steps > 0 ? Math.min(1, run.step / run.steps) : 0,
    )
    return (chainShare * shares.reduce((sum, share) => sum + share, 0)) / Math.max(1, shares.length)
  }

  /** As fast as the search was so far; the chain before it has a pace of its own. */
  function secondsLeftOf(study: StudyRow, state: SearchState, part: SearchPart): number | null {
    if (study.state !== 'running' || part.allFlops === 0) return null
    const done = part.computeShare / state.budgetShare
    if (done < 0.05) return null
    return (((study.worked_ms - state.searchingFrom) / 1000) * Math.max(0, 1 - done)) / done
  }

  function standing(study: StudyRow, state: SearchState, part: SearchPart) {
    return {
      id: study.id,
      state: study.state,
      now: nowOf(study, state),
      done: doneOf(study, state, part),
      secondsLeft: secondsLeftOf(study, state, part),
      error: study.error === null ? null : (JSON.parse(study.error) as FailureFacts),
      startedAt: study.started_at,
      endedAt: study.ended_at,
    }
  }

  return {
    study(row) {
      const state = stateOf(row)
      return {
        ...standing(row, state, partOf(row, state)),
        kind: 'switch',
        runs: [
          ...(state.chain.some(({ id }) => id === state.sft) ? [] : [{ id: state.sft, role: 'sft' as const }]),
          ...state.chain,
          ...(state.candidates ?? []).flatMap(({ run }) =>
            run === null ? [] : [{ id: run, role: 'branch' as const }],
          ),
        ],
        result: null,
      }
    },
    search(row) {
      const state = stateOf(row)
      const part = partOf(row, state)
      return {
        ...standing(row, state, part),
        workspace: deps.workspacePath,
        wallS: row.worked_ms / 1000,
        sft: state.sft,
        sftName: records.byId(state.sft)?.name ?? state.sft,
        target: state.target,
        budgetShare: state.budgetShare,
        why: state.why,
        ...part,
        decisions: [...state.decisions],
      }
    },
  }
}
