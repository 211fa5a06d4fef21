import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMeasurements, type Measurements } from './measurements.ts'
import { createRunRecords } from './runs.ts'
import { openStore, type Store } from './store.ts'

let store: Store
let measurements: Measurements
const no = 1
beforeEach(() => {
  store = openStore(':memory:', { backups: null })
  measurements = createMeasurements(store)
  createRunRecords(store).insert({
    ...{
      id: 'run_aaaa',
      name: 'n',
      experiment: 'e',
      parent: null,
      parent_step: null,
      kind: 'sft',
      objective: 'sft',
      paradigm: 'sft',
      model: 'lab-0.3m',
    },
    ...{
      task: 'lab',
      data: 'd',
      seed: 1,
      stage: '{}',
      engine: '{}',
      fingerprint: 'f',
      state: 'running',
      queue_order: null,
      detached: 0,
      steps: 1,
    },
    ...{ code_version: '0', created_at: 0 },
  })
})
afterEach(() => store.close())

const put = (values: readonly number[], key = 'train/loss', from = 0) =>
  store.transaction(() =>
    values.forEach((value, i) =>
      measurements.putMetrics(
        no,
        1,
        { step: from + i, flops: 10 * (from + i), tokens: 2 * (from + i), wallMs: from + i },
        { [key]: value },
      ),
    ),
  )

describe('series', () => {
  it('come whole while they are short, with where each point stands', () => {
    put([3, 1, 2])
    expect(measurements.series(no, 'train/loss', -1, 100)).toEqual({
      ...{
        key: 'train/loss',
        step: [0, 1, 2],
        flops: [0, 10, 20],
        tokens: [0, 2, 4],
        wallMs: [0, 1, 2],
        value: [3, 1, 2],
        total: 3,
      },
    })
    expect(measurements.series(no, 'train/loss', 1, 100).step).toEqual([2])
    expect(measurements.series(no, 'nothing', -1, 100).total).toBe(0)
  })

  it('keep every peak and hollow, the first and the last, however much is left out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 60, maxLength: 400 }),
        fc.integer({ min: 10, max: 50 }),
        (values, maxPoints) => {
          measurements.forgetAfter(no, -1)
          put(values)
          const { value, step, total } = measurements.series(no, 'train/loss', -1, maxPoints)
          expect(total).toBe(values.length)
          expect(value.length).toBeLessThanOrEqual(maxPoints)
          expect(Math.max(...value)).toBe(Math.max(...values))
          expect(Math.min(...value)).toBe(Math.min(...values))
          expect([step[0], step.at(-1)]).toEqual([0, values.length - 1])
          expect(step).toEqual([...new Set(step)].sort((a, b) => a - b))
          step.forEach((at, i) => expect(value[i]).toBe(values[at]))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('thins out many points', () => {
    put(Array.from({ length: 20_000 }, (_, i) => Math.sin(i / 1000)))
    const { value, total } = measurements.series(no, 'train/loss', -1, 2000)
    expect(total).toBe(20_000)
    expect(value.length).toBeGreaterThan(1000)
  })
})

it('takes a step twice as one, the newer value', () => {
  put([1, 2])
  put([5], 'train/loss', 1)
  expect(measurements.series(no, 'train/loss', -1, 10).value).toEqual([1, 5])
})

it('forgets what lies after a step, and nothing else', () => {
  put([1, 2, 3, 4])
  measurements.putEvaluation({ run_no: no, step: 2, flops: 0, k: 1, prompt_ids: '[]', correct: '[]', greedy: '[]' })
  measurements.addEvent(no, 3, 'info', 'it happened', 5)
  measurements.forgetAfter(no, 1)
  expect(measurements.series(no, 'train/loss', -1, 10).step).toEqual([0, 1])
  expect(measurements.evaluations(no)).toEqual([])
  expect(measurements.lastPosition(no)?.step).toBe(1)
  expect(measurements.events(no, 0, 10).map(({ text }) => text)).toEqual(['it happened'])
})

it('a key made in a transaction that failed can be made again', () => {
  expect(() =>
    store.transaction(() => {
      put([1], 'fresh/key')
      throw new Error('no')
    }),
  ).toThrow('no')
  put([1], 'fresh/key')
  expect(measurements.keys(no)).toEqual(['fresh/key'])
})

it('knows the newest of what it is asked for', () => {
  put([1, 2, 3])
  put([9], 'val/loss')
  expect(measurements.newest(no, ['train/loss', 'val/loss', 'eval/accuracy'])).toEqual({
    'train/loss': 3,
    'val/loss': 9,
  })
})
