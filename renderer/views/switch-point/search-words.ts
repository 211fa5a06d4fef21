/** A search and its candidates in a few words. Pure. */
import type { SwitchCandidate, SwitchSearch } from '#shared/contract/switch-study.ts'
import { count, counted } from '../../format/numbers.ts'
import type { Tone } from '../../format/words.ts'

export function candidateWords({ state, runState }: Pick<SwitchCandidate, 'state' | 'runState'>): {
  readonly word: string
  readonly tone: Tone
} {
  switch (state) {
    case 'waiting':
      return { word: 'waiting', tone: 'neutral' }
    case 'running':
      return runState === 'queued' ? { word: 'queued', tone: 'neutral' } : { word: 'training', tone: 'accent' }
    case 'resting':
      return { word: 'in play', tone: 'neutral' }
    case 'given-up':
      return { word: 'stopped early', tone: 'neutral' }
    case 'reached':
      return { word: 'at the target', tone: 'good' }
    case 'collapsed':
      return { word: 'collapsed', tone: 'bad' }
    case 'closed':
      return { word: 'cannot go on', tone: 'warning' }
  }
}

export function searchStatus(search: SwitchSearch): { readonly title: string; readonly words: string } {
  const { state, chosen, expectedRegret, candidates, now } = search
  const regret = expectedRegret === null ? '' : `; ${expectedRegret.toFixed(1)} points of regret to be expected`
  const stopped = candidates.filter((each) => each.state === 'given-up').length
  const soFar = chosen ? `Step ${count(chosen.step)} leads so far${regret}.` : ''
  switch (state) {
    case 'running':
      return {
        title: 'The search is running',
        words: [`${now}.`, soFar, stopped > 0 ? `${counted(stopped, 'branch', 'branches')} stopped early.` : '']
          .filter((part) => part !== '')
          .join(' '),
      }
    case 'done':
      return chosen
        ? { title: `Switch at step ${count(chosen.step)}`, words: `The search has ended${regret}.` }
        : { title: 'The search has ended', words: '' }
    case 'interrupted':
      return { title: 'The search was interrupted', words: `What was trained is saved. ${soFar}` }
    case 'cancelled':
      return { title: 'The search was cancelled', words: `What was trained is saved. ${soFar}` }
    case 'failed':
      return { title: 'The search failed', words: soFar }
  }
}
