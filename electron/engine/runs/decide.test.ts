import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runStates, type RunState } from '#shared/contract/runs.ts'
import { decide, type Ending, type RunFacts, type StartPoint } from './decide.ts'

const run = (
  id: string,
  state: RunState = 'queued',
  threads: number | null = null,
  start: StartPoint = { kind: 'ready' },
  device: 'cpu' | 'gpu' = 'cpu',
): RunFacts => ({ id, state, threads, device, start })
const ready: StartPoint = { kind: 'ready' }
const look = (runs: RunFacts[], threads = 2, isClosing = false) =>
  decide({ runs, threads, isClosing }, { kind: 'look' })
const blocked: StartPoint = { kind: 'blocked', error: { code: 'run.wrong_state', message: 'Its parent failed.' } }

describe('the queue', () => {
  it('runs one at a time when runs take all threads', () => {
    expect(look([run('a'), run('b')])).toEqual([{ kind: 'start', run: 'a' }])
    expect(look([run('a', 'running'), run('b')])).toEqual([])
  })

  it('runs two lanes of one thread each side by side', () => {
    expect(look([run('a', 'queued', 1), run('b', 'queued', 1), run('c', 'queued', 1)])).toEqual([
      { kind: 'start', run: 'a' },
      { kind: 'start', run: 'b' },
    ])
  })

  it('lets nobody overtake a run that waits for threads', () => {
    expect(look([run('a', 'running', 1), run('b', 'queued', 2), run('c', 'queued', 1)])).toEqual([])
  })

  it('gives the GPU to one run at a time; one on the CPU may stand beside it', () => {
    const gpu = (id: string, state: RunState) => run(id, state, 1, ready, 'gpu')
    expect(look([gpu('a', 'queued'), gpu('b', 'queued')], 8)).toEqual([{ kind: 'start', run: 'a' }])
    expect(look([gpu('a', 'running'), gpu('b', 'queued')], 8)).toEqual([])
    expect(look([gpu('a', 'running'), run('b', 'queued', 1)], 8)).toEqual([{ kind: 'start', run: 'b' }])
    // Nobody overtakes: the one that waits for the GPU is next.
    expect(look([gpu('a', 'running'), gpu('b', 'queued'), run('c', 'queued', 1)], 8)).toEqual([])
  })

  it('lets others overtake a run that waits for its parent', () => {
    expect(look([run('a', 'queued', null, { kind: 'waiting' }), run('b')])).toEqual([{ kind: 'start', run: 'b' }])
  })

  it('stops a run whose parent ended short, with the reason', () => {
    expect(look([run('a', 'queued', null, blocked), run('b')])).toEqual([
      { kind: 'settle', run: 'a', state: 'stopped', error: { code: 'run.wrong_state', message: 'Its parent failed.' } },
      { kind: 'start', run: 'b' },
    ])
  })

  it('starts nothing while the engine ends', () => expect(look([run('a')], 2, true)).toEqual([]))

  it('starts a run that asks for more threads than there are', () => {
    expect(look([run('a', 'queued', 64)])).toEqual([{ kind: 'start', run: 'a' }])
  })

  it('never takes more threads than there are, and always starts something when nothing runs', () => {
    const facts = fc.record({
      id: fc.uuid(),
      state: fc.constantFrom<RunState>('queued', 'running'),
      threads: fc.option(fc.integer({ min: 1, max: 8 })),
      device: fc.constantFrom<'cpu' | 'gpu'>('cpu', 'gpu'),
      start: fc.constantFrom<StartPoint>({ kind: 'ready' }, { kind: 'waiting' }),
    })
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 8 }), fc.integer({ min: 1, max: 8 }), (queued, threads) => {
        const runs = queued.map((each) => ({ ...each, state: 'queued' as const }))
        const started = look(runs, threads).map((action) => 'run' in action && action.run)
        const used = runs
          .filter((each) => started.includes(each.id))
          .reduce((sum, each) => sum + Math.min(each.threads ?? threads, threads), 0)
        expect(used).toBeLessThanOrEqual(threads)
        if (runs.some((each) => each.start.kind === 'ready')) expect(started.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('the end of a trainer', () => {
  const ending = (part: Partial<Ending>): Ending => ({
    said: null,
    exit: null,
    outOfMemory: false,
    step: 41,
    lastWords: '',
    lower: 'answers from 8',
    ...part,
  })
  const settled = (part: Partial<Ending>) =>
    decide({ runs: [], threads: 2, isClosing: false }, { kind: 'trainer-gone', run: 'a', ending: ending(part) })

  it.each([
    [
      'what its journal says',
      { said: { state: 'completed', error: null }, exit: { code: 0, signal: null } },
      'completed',
      undefined,
    ],
    [
      'what its journal says, though it was killed afterwards',
      { said: { state: 'paused', error: null }, exit: { code: null, signal: 'SIGKILL' } },
      'paused',
      undefined,
    ],
    ['kill -9', { exit: { code: null, signal: 'SIGKILL' } }, 'interrupted', 'run.crashed'],
    ['gone while nobody watched', {}, 'interrupted', 'run.crashed'],
    ['out of memory', { exit: { code: null, signal: 'SIGKILL' }, outOfMemory: true }, 'failed', 'run.out_of_memory'],
    ['a native crash', { exit: { code: null, signal: 'SIGSEGV' } }, 'failed', 'run.crashed'],
    ['an exit without a word', { exit: { code: 1, signal: null }, lastWords: 'TypeError: x' }, 'failed', 'run.crashed'],
  ] as const)('%s', (_name, part, state, code) => {
    const [action] = settled(part)
    expect(action).toMatchObject({ kind: 'settle', run: 'a', state })
    expect(action && 'error' in action ? action.error?.code : null).toBe(code)
  })

  it('names what to lower, and the last words', () => {
    expect(JSON.stringify(settled({ outOfMemory: true }))).toContain('Lower answers from 8')
    expect(JSON.stringify(settled({ exit: { code: 1, signal: null }, lastWords: 'TypeError: x' }))).toContain(
      'TypeError: x',
    )
  })
})

describe('what may be asked in which state', () => {
  const answers = (ask: 'pause' | 'stop' | 'resume') =>
    Object.fromEntries(
      runStates.map((state) => {
        const [action] = decide({ runs: [], threads: 1, isClosing: false }, { kind: 'asked', run: 'a', state, ask })
        return [state, action!.kind === 'settle' ? action!.state : action!.kind]
      }),
    )

  it('pause, stop, resume', () => {
    expect(answers('pause')).toEqual({
      ...{ queued: 'paused', running: 'command', paused: 'refuse', interrupted: 'refuse' },
      ...{ failed: 'refuse', stopped: 'refuse', completed: 'refuse' },
    })
    expect(answers('stop')).toEqual({
      ...{ queued: 'stopped', running: 'command', paused: 'stopped', interrupted: 'stopped' },
      ...{ failed: 'refuse', stopped: 'refuse', completed: 'refuse' },
    })
    expect(answers('resume')).toEqual({
      ...{ queued: 'refuse', running: 'refuse', paused: 'enqueue', interrupted: 'enqueue' },
      ...{ failed: 'enqueue', stopped: 'enqueue', completed: 'refuse' },
    })
  })
})
