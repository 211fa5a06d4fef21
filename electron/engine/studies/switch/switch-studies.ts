/** Switch searches as the outside asks for them: planned, begun, looked at, cancelled, resumed (docs/methods/switch-search.md). */
import { Failure, factsOf } from '#shared/contract/failure.ts'
import type { Study } from '#shared/contract/studies.ts'
import type { SwitchPlan, SwitchRequest, SwitchSearch } from '#shared/contract/switch-study.ts'
import type { ExperimentSpec } from '#shared/experiment/spec.ts'
import { newId } from '../../ids.ts'
import type { Log } from '../../log.ts'
import type { Notices } from '../../notices.ts'
import type { StudyRow } from '../../store/studies.ts'
import { readRequest, type ReadRequest } from './request.ts'
import { createSearchLoop, type SearchLoopDeps } from './search-loop.ts'
import { secondsOf, setUp } from './set-up.ts'
import { createShown } from './shown.ts'
import { stateOf, type SearchState } from './state.ts'

export interface SwitchStudies {
  /** What a search would try and cost. Throws as `start` does. */
  plan(request: SwitchRequest): Promise<SwitchPlan>
  /** Returns the study's id. Throws `input.invalid`, `input.empty`, `run.not_found`, `run.wrong_state`, `checkpoint.missing`. */
  start(request: SwitchRequest, detached: boolean): Promise<string>
  list(): Study[]
  owns(id: string): boolean
  search(id: string): SwitchSearch
  cancel(id: string): void
  resume(id: string): void
  /** Looks at searches that an engine before left running. */
  takeOver(): void
  close(): void
}

export interface SwitchStudiesDeps extends Omit<SearchLoopDeps, 'changed'> {
  readonly notices: Notices
  readonly log: Log
  readonly workspacePath: string
  /** Of the machine. */
  readonly threads: number
}

const watchEveryMs = 2_000

export function createSwitchStudies(deps: SwitchStudiesDeps): SwitchStudies {
  const { store, studies, records, runs, notices, log, now } = deps
  const changed = (id: string) => notices.changed('studies', id)
  const loop = createSearchLoop({ ...deps, changed })
  const shown = createShown(deps)
  const mine = () => studies.all().filter(({ kind }) => kind === 'switch')
  const owns = (id: string) => studies.byId(id)?.kind === 'switch'
  const find = (id: string): StudyRow => {
    const study = studies.byId(id)
    if (study?.kind === 'switch') return study
    throw new Failure({
      code: 'study.not_found',
      message: 'There is no such switch search in this workspace.',
      input: id,
      remedy: 'List the studies to see their ids.',
    })
  }
  const runsOf = (state: SearchState) => [...state.chain.map(({ id }) => id), ...state.round]

  /** When a running study's time was last counted. */
  const lastTick = new Map<string, number>()
  const looking = new Set<string>()

  async function look(id: string): Promise<void> {
    const study = studies.byId(id)
    if (study?.state !== 'running') return void lastTick.delete(id)
    const at = now()
    const worked_ms = study.worked_ms + (at - (lastTick.get(id) ?? at))
    lastTick.set(id, at)
    studies.change(id, { worked_ms })
    // One look at a time: while one waits for an estimate, the next must not decide the same again.
    if (looking.has(id)) return
    looking.add(id)
    try {
      await loop.advance({ ...study, worked_ms })
    } catch (error) {
      const facts = factsOf(error)
      if (facts.code === 'internal') log.error({ err: error, study: id }, 'a switch search could not go on')
      studies.change(id, { state: 'failed', error: JSON.stringify(facts), ended_at: now() })
      changed(id)
    } finally {
      looking.delete(id)
    }
  }

  let isClosed = false
  function tick(): void {
    if (isClosed) return
    for (const { id } of mine()) void look(id)
  }
  const timer = setInterval(() => {
    tick()
    for (const { id, state } of mine()) if (state === 'running') changed(id)
  }, watchEveryMs)
  const unlisten = notices.listen((kind) => {
    if (kind === 'runs') queueMicrotask(tick)
  })

  function begin({ sft: there, chain: spec, ...settings }: ReadRequest, detached: boolean): string {
    const id = newId('study')
    store.transaction(() => {
      const made = spec ? runs.create(spec, { detached, study: { id, roles: rolesOf(spec) } }) : []
      const chain = made.map((run) => ({ id: run, role: roleOf(records.byId(run)!.kind) }))
      const sft = there?.id ?? chain.findLast(({ role }) => role === 'sft')!.id
      const state: SearchState = {
        ...{ ...settings, sft, chain, detached },
        ...{ candidates: null, searchingFrom: 0, decisions: [], round: [], why: null },
      }
      studies.insert({
        ...{ id, kind: 'switch', seed: records.byId(sft)!.seed, state: 'running', plan: JSON.stringify(state) },
        ...{ error: null, result: null, started_at: now(), ended_at: null },
      })
    })
    lastTick.set(id, now())
    return id
  }

  return {
    async plan(request) {
      const read = readRequest(request, deps)
      const { sft, budgetShare, lanes } = read
      if (!sft) throw notTrained()
      const { target, candidates } = await setUp(read, sft, deps)
      const allFlops = candidates.reduce((sum, { targetFlops }) => sum + targetFlops, 0)
      const seconds = await Promise.all(candidates.map((candidate) => secondsOf(read, sft, candidate, deps)))
      const known = seconds.flatMap((each) => each ?? [])
      const all = known.length === seconds.length ? known.reduce((sum, each) => sum + each, 0) / lanes : null
      return {
        ...{ sft: sft.id, target, allFlops, budgetFlops: budgetShare * allFlops, allSeconds: all },
        candidates: candidates.map(({ step, regime, sftFlops, targetFlops }) => ({
          ...{ step, regime, sftFlops, rlFlops: targetFlops },
        })),
        seconds: all === null ? null : budgetShare * all,
      }
    },
    async start(request, detached) {
      const read = readRequest(request, deps)
      // What cannot be searched is refused now, not after the first look.
      if (read.sft && !deps.isOnItsWay(read.sft)) await setUp(read, read.sft, deps)
      const id = begin(read, detached)
      changed(id)
      queueMicrotask(tick)
      return id
    },
    list: () => mine().map(shown.study),
    owns,
    search: (id) => shown.search(find(id)),
    cancel(id) {
      const study = find(id)
      if (study.state !== 'running' && study.state !== 'interrupted') return
      studies.change(id, { state: 'cancelled', ended_at: now() })
      for (const each of runsOf(stateOf(study))) {
        const at = records.byId(each)?.state
        if (at === 'running' || at === 'queued') runs.stop(each)
      }
      changed(id)
    },
    resume(id) {
      const study = find(id)
      if (study.state === 'running' || study.state === 'done') {
        throw new Failure({
          code: 'run.wrong_state',
          message: `The search is ${study.state === 'done' ? 'complete' : 'running'}.`,
          input: id,
          remedy: 'There is nothing to resume.',
        })
      }
      const state = stateOf(study)
      store.transaction(() => {
        studies.change(id, { state: 'running', error: null, ended_at: null })
        for (const each of runsOf(state)) {
          // Read anew each time: resuming a stage resumes those that were put aside with it.
          const at = records.byId(each)?.state
          const isChain = state.chain.some((link) => link.id === each)
          // A branch that failed is out of the search; without its SFT run there is none.
          if (at === 'paused' || at === 'interrupted' || at === 'stopped' || (at === 'failed' && isChain))
            runs.resume(each, state.detached)
        }
      })
      lastTick.set(id, now())
      changed(id)
      queueMicrotask(tick)
    },
    takeOver: tick,
    close() {
      isClosed = true
      clearInterval(timer)
      unlisten()
    },
  }
}

const roleOf = (kind: string): 'base' | 'sft' => (kind === 'pretrain' ? 'base' : 'sft')
const rolesOf = ({ stages }: ExperimentSpec) => stages.map(({ kind }) => roleOf(kind))

const notTrained = () =>
  new Failure({
    code: 'input.invalid',
    message: 'The SFT run of a spec is trained first: its checkpoints are not known yet.',
    input: 'spec',
    remedy: 'Name a run to see what a search on it would cost.',
  })
