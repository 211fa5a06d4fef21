/** What has ended since the last look, as news for a reader who looks elsewhere. Pure. */
import type { RunSummary } from '#shared/contract/runs.ts'
import type { Study } from '#shared/contract/studies.ts'
import type { News } from '#shared/desktop/bridge.ts'
import { percent } from '../format/numbers.ts'

/** States by id. */
export type States = ReadonlyMap<string, string>

export const statesOf = (all: readonly { readonly id: string; readonly state: string }[]): States =>
  new Map(all.map(({ id, state }) => [id, state]))

/** Of single runs: those of a study are told of together, when it ends. What its reader stopped or paused is no news. */
export function endedRuns(before: States, runs: readonly RunSummary[]): readonly News[] {
  return runs.flatMap((run) => {
    if (run.study !== null || !wasAtWork(before.get(run.id))) return []
    const body = endOfRun(run)
    return body === null
      ? []
      : [{ tag: `${run.id} ${run.state} ${run.endedAt ?? run.step}`, ...named(run), body, hash: `#/run/${run.id}` }]
  })
}

export function endedStudies(before: States, studies: readonly Study[]): readonly News[] {
  return studies.flatMap((study) => {
    if (before.get(study.id) !== 'running') return []
    const title = { done: 'complete', failed: 'failed', interrupted: 'interrupted', running: '', cancelled: '' }[
      study.state
    ]
    if (title === '') return []
    const body = study.state === 'done' ? 'Its report is ready.' : (study.error?.message ?? 'It can be resumed.')
    const name = study.kind === 'quick' ? 'Quick study' : 'Study'
    return [
      { tag: `${study.id} ${study.state} ${study.endedAt ?? ''}`, title: `${name}: ${title}`, body, hash: '#/start' },
    ]
  })
}

const wasAtWork = (state: string | undefined) => state === 'running' || state === 'queued'

const named = ({ name, state }: RunSummary) => ({ title: `${name}: ${state === 'completed' ? 'done' : state}` })

function endOfRun({ state, step, last, error }: RunSummary): string | null {
  if (state === 'failed') return error?.message ?? `It failed at step ${step}.`
  if (state === 'interrupted') return `It was interrupted at step ${step} and can be resumed.`
  if (state !== 'completed') return null
  const accuracy = last['eval/accuracy']
  return accuracy === undefined ? `All ${step} steps are done.` : `${percent(accuracy, 1)} correct after ${step} steps.`
}
