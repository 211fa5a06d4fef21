import { expect, it } from 'vitest'
import type { Pulse, SystemInfo } from '#shared/contract/contract.ts'
import { statusWords } from './status-words.ts'

const pulse: Pulse = {
  running: 2,
  queued: 1,
  held: 3,
  tokensPerSecond: 41_300,
  secondsLeft: 178,
  memoryBytes: 1,
  warnings: [],
}
const info = {
  backend: { name: 'tensorflow', version: '2.21.0', device: 'cpu', threads: 2, precision: ['f32'] },
  machine: { threads: 2 },
} as unknown as SystemInfo

it('says what trains, how fast, how long, and on what', () => {
  expect(statusWords('open', pulse, info)).toEqual({
    beat: 'working',
    activity: '2 runs training · 41.3k tok/s · 3 min left',
    queued: '1 queued',
    backend: 'CPU, 2 threads · TensorFlow 2.21.0 · f32',
    engine: 'engine ok',
  })
})
it('is quiet when nothing trains', () => {
  expect(statusWords('open', { ...pulse, running: 0, queued: 0 }, null)).toMatchObject({
    beat: 'idle',
    activity: 'Nothing is training',
    queued: '',
    backend: '',
  })
})
it('shows no stale activity while the engine is away', () => {
  expect(statusWords('recovering', pulse, info)).toMatchObject({
    beat: 'trouble',
    activity: 'Recovering',
    queued: '',
    engine: 'engine stopped, recovering',
  })
})
it('says of the last resort that it works op by op', () => {
  const backend = { name: 'tfjs-wasm', version: '4.22.0', device: 'cpu', threads: 1, precision: ['f32'] }
  const info = { backend, backendProblem: null, machine: { threads: 2 } } as unknown as SystemInfo
  expect(statusWords('open', null, info).backend).toBe('CPU, 1 thread · tfjs-wasm 4.22.0, op by op · f32')
})

it('tells a backend that is missing from one that has not answered yet', () => {
  const asked = { backend: null, backendProblem: null, machine: { threads: 2 } } as unknown as SystemInfo
  expect(statusWords('open', null, asked).backend).toBe('2 threads · asking TensorFlow…')
  const backendProblem = { code: 'backend.missing' as const, message: 'It is not here.' }
  expect(statusWords('open', null, { ...asked, backendProblem }).backend).toBe('2 threads · no training backend')
})
