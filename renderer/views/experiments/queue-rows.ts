/** The queue: what trains, what waits in which order, what can be resumed. Pure. */
import type { RunSummary } from '#shared/contract/runs.ts'
import { count } from '../../format/numbers.ts'
import { duration } from '../../format/times.ts'
import { objectiveTitle } from '../../format/words.ts'

const place: Readonly<Partial<Record<RunSummary['state'], number>>> = {
  running: 0,
  queued: 1,
  paused: 2,
  interrupted: 3,
  failed: 4,
}

/** Running first, then the queue in its order, then what has stopped on the way, newest first. */
export function queueRows(runs: readonly RunSummary[]): readonly RunSummary[] {
  return runs
    .filter(({ state }) => place[state] !== undefined)
    .sort(
      (a, b) =>
        (place[a.state] ?? 9) - (place[b.state] ?? 9) ||
        (a.state === 'queued' ? (a.queuePosition ?? 0) - (b.queuePosition ?? 0) : b.createdAt - a.createdAt),
    )
}

/** `SFT · Uniform 1,000`, `RL · GRPO from sft-1k @ 75`, `synchronized · LUFFY` */
export function stageWords(run: RunSummary, byId: ReadonlyMap<string, RunSummary>): string {
  const parent = byId.get(run.parent ?? '')
  switch (run.stage) {
    case 'pretrain':
      return `pretraining · ${run.data}`
    case 'sft':
      return `SFT · ${run.data}`
    case 'rl':
      return `RL · ${objectiveTitle(run.objective)}${parent ? ` from ${parent.name}${run.parentStep === null ? '' : ` @ ${count(run.parentStep)}`}` : ''}`
    case 'synchronized':
      return `synchronized · ${objectiveTitle(run.objective)}`
  }
}

export function leftWords({ state, secondsLeft }: Pick<RunSummary, 'state' | 'secondsLeft'>): string {
  if (state === 'paused' || state === 'interrupted') return 'resumable'
  if (state === 'failed') return '–'
  if (secondsLeft === null) return '–'
  return `${state === 'queued' ? 'about ' : ''}${duration(secondsLeft)}`
}

/** The first run that waits for this one. */
export function nextOf(run: RunSummary, runs: readonly RunSummary[]): string {
  const next = runs.find(({ parent, state }) => parent === run.id && state === 'queued')
  return next ? next.name : '–'
}

/** The queue's ids with one of them moved by `by` places. */
export function moved(ids: readonly string[], id: string, by: number): readonly string[] {
  const at = ids.indexOf(id)
  if (at < 0) return ids
  const to = Math.min(ids.length - 1, Math.max(0, at + by))
  const rest = ids.filter((one) => one !== id)
  return [...rest.slice(0, to), id, ...rest.slice(to)]
}
