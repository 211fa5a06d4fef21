import { expect, it } from 'vitest'
import { Stage } from '#shared/experiment/spec.ts'
import type { RunRow } from '../store/runs.ts'
import { extension } from './extend.ts'

const run = (part: Partial<RunRow> = {}): RunRow =>
  ({
    ...{ id: 'run_a', no: 1, name: 'RL', step: 24, flops: 240, before_flops: 100, wall_ms: 60_000, fingerprint: 'f' },
    stage: JSON.stringify(Stage.parse({ kind: 'rl', budget: { steps: 24, flops: 1000 } })),
    ...part,
  }) as RunRow

it('changes the limits that are named and leaves the others', () => {
  const { change, words } = extension(run(), { steps: 48 })
  expect((JSON.parse(change.stage as string) as Stage).budget).toEqual({ steps: 48, flops: 1000 })
  expect(change.steps).toBe(48)
  expect(change.fingerprint).not.toBe('f')
  expect(words).toContain('48 steps')
})

it('says which limit leaves nothing to do, a new one or one that stands', () => {
  expect(() => extension(run(), { steps: 24 })).toThrow(/used 24 steps already/)
  expect(() => extension(run({ flops: 1000 }), { steps: 48 })).toThrow(/used 1 kFLOP already/)
  expect(() => extension(run(), { steps: 48, totalFlops: 340 })).toThrow(/340 FLOP in all/)
  expect(() => extension(run(), { steps: 48, minutes: 1 })).toThrow(/1 minutes/)
})

it('gives equal changes equal fingerprints', () => {
  expect(extension(run(), { steps: 48 }).change.fingerprint).toBe(extension(run(), { steps: 48 }).change.fingerprint)
  expect(extension(run(), { steps: 48 }).change.fingerprint).not.toBe(
    extension(run(), { steps: 49 }).change.fingerprint,
  )
})
