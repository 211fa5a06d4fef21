import { describe, expect, it } from 'vitest'
import type { RunSummary } from '#shared/contract/runs.ts'
import { comparableRuns } from './comparable.ts'
import { dataOf, choiceOf, trainingRows } from './data-choice.ts'
import { leftWords, moved, nextOf, queueRows, stageWords } from './queue-rows.ts'
import { switchAt, switchChoice, switchOptions } from './switch-choice.ts'

const run = (id: string, more: Partial<RunSummary> = {}): RunSummary =>
  ({
    id,
    name: id,
    stage: 'sft',
    objective: 'sft',
    paradigm: 'sft',
    model: 'lab-0.3m',
    data: 'hard-1k',
    seed: 1,
    state: 'completed',
    parent: null,
    parentStep: null,
    queuePosition: null,
    secondsLeft: null,
    createdAt: 0,
    ...more,
  }) as RunSummary

describe('the queue', () => {
  const runs = [
    run('done'),
    run('b', { state: 'queued', queuePosition: 2, parent: 'now' }),
    run('a', { state: 'queued', queuePosition: 1 }),
    run('now', { state: 'running' }),
    run('old', { state: 'interrupted', createdAt: 1 }),
    run('new', { state: 'interrupted', createdAt: 2 }),
  ]
  it('shows what trains, what waits in order, what can be resumed, and nothing that is over', () => {
    expect(queueRows(runs).map(({ id }) => id)).toEqual(['now', 'a', 'b', 'new', 'old'])
  })
  it('says what comes next and what is left', () => {
    expect(nextOf(runs[3]!, runs)).toBe('b')
    expect(leftWords({ state: 'running', secondsLeft: 130 })).toBe('2 min 10 s')
    expect(leftWords({ state: 'queued', secondsLeft: 180 })).toBe('about 3 min')
    expect(leftWords({ state: 'interrupted', secondsLeft: null })).toBe('resumable')
  })
  it('says what a stage starts from', () => {
    const byId = new Map([['sft-1k', run('sft-1k')]])
    expect(stageWords(run('x', { stage: 'rl', objective: 'grpo', parent: 'sft-1k', parentStep: 1320 }), byId)).toBe(
      'RL · GRPO from sft-1k @ 1,320',
    )
    expect(stageWords(run('x'), byId)).toBe('SFT · hard-1k')
  })
  it('moves within its ends', () => {
    const ids = ['a', 'b', 'c']
    expect([moved(ids, 'b', -1), moved(ids, 'b', 9), moved(ids, 'a', -1), moved(ids, 'x', 1)]).toEqual([
      ['b', 'a', 'c'],
      ['a', 'c', 'b'],
      ids,
      ids,
    ])
  })
})

it('finds runs of other families at the same model and seed', () => {
  const runs = [
    run('luffy', { stage: 'synchronized', paradigm: 'synchronized', objective: 'luffy', createdAt: 1 }),
    run('twin', { stage: 'rl', paradigm: 'sequential', objective: 'grpo' }),
    run('other-seed', { paradigm: 'rl', objective: 'grpo', seed: 2 }),
    run('base', { paradigm: 'pretrain', objective: 'pretrain' }),
    run('sft', { createdAt: 2 }),
  ]
  const spec = {
    model: 'lab-0.3m',
    seed: 1,
    stages: [{ kind: 'pretrain' }, { kind: 'sft' }, { kind: 'rl', objective: { type: 'grpo' } }],
  } as unknown as Parameters<typeof comparableRuns>[0]
  expect(comparableRuns(spec, runs).map(({ id }) => id)).toEqual(['sft', 'luffy'])
})

describe('choices of the form', () => {
  it('keeps size and seed when only the lab set changes', () => {
    expect(dataOf('lab:hard', { lab: { set: 'easy', rows: 400, seed: 9 } })).toEqual({
      lab: { set: 'hard', rows: 400, seed: 9 },
    })
    expect(dataOf('sub_k3v9', { lab: { set: 'easy', rows: 400, seed: 9 } })).toBe('sub_k3v9')
    expect(choiceOf({ lab: { set: 'easy', rows: 1, seed: 1 } })).toBe('lab:easy')
    expect(trainingRows('sub_gone', [])).toBeNull()
  })
  it('writes every place to switch and reads it back', () => {
    for (const { value } of switchOptions) expect(switchChoice(switchAt(value, 150))).toBe(value)
    expect(switchAt('step', 150)).toEqual({ step: 150 })
  })
})
