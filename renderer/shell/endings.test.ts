import { describe, expect, it } from 'vitest'
import type { RunSummary } from '#shared/contract/runs.ts'
import type { Study } from '#shared/contract/studies.ts'
import { percent } from '../format/numbers.ts'
import { endedRuns, endedStudies, statesOf } from './endings.ts'

const run = (state: RunSummary['state'], rest: Partial<RunSummary> = {}): RunSummary =>
  ({
    id: 'run_a1b2',
    name: 'GRPO',
    state,
    step: 40,
    study: null,
    last: {},
    error: null,
    endedAt: 7,
    ...rest,
  }) as RunSummary
const before = new Map([['run_a1b2', 'running']])

describe('news of runs', () => {
  it('tells of one that came to its end, with what it reached', () => {
    expect(endedRuns(before, [run('completed', { last: { 'eval/accuracy': 0.764 } })])).toEqual([
      {
        tag: 'run_a1b2 completed 7',
        title: 'GRPO: done',
        body: `${percent(0.764, 1)} correct after 40 steps.`,
        hash: '#/run/run_a1b2',
      },
    ])
    expect(endedRuns(before, [run('completed')])[0]?.body).toBe('All 40 steps are done.')
  })
  it('tells why one failed, and that an interrupted one can be resumed', () => {
    const error = { code: 'run.diverged', message: 'The loss is not a number.' }
    expect(endedRuns(before, [run('failed', { error })])).toMatchObject([
      { title: 'GRPO: failed', body: error.message },
    ])
    expect(endedRuns(before, [run('interrupted')])).toMatchObject([
      { body: 'It was interrupted at step 40 and can be resumed.' },
    ])
  })
  it.each([
    ['still runs', before, run('running')],
    ['its reader paused', before, run('paused')],
    ['its reader stopped', before, run('stopped')],
    ['had ended before', new Map([['run_a1b2', 'completed']]), run('completed')],
    ['nobody knew before', new Map<string, string>(), run('completed')],
    ['belongs to a study', before, run('completed', { study: 'study_a1b2' })],
  ])('says nothing of one that %s', (_what, states, now) => expect(endedRuns(states, [now])).toEqual([]))
})

describe('news of studies', () => {
  const study = (state: Study['state']) =>
    ({ id: 'study_a1b2', kind: 'quick', state, error: null, endedAt: 9 }) as Study
  const running = statesOf([study('running')])
  it('tells of the end, once', () => {
    expect(endedStudies(running, [study('done')])).toEqual([
      { tag: 'study_a1b2 done 9', title: 'Quick study: complete', body: 'Its report is ready.', hash: '#/start' },
    ])
    expect(endedStudies(statesOf([study('done')]), [study('done')])).toEqual([])
  })
  it('tells of an interruption, but not of what its reader cancelled', () => {
    expect(endedStudies(running, [study('interrupted')])).toMatchObject([{ title: 'Quick study: interrupted' }])
    expect(endedStudies(running, [study('cancelled')])).toEqual([])
  })
})
