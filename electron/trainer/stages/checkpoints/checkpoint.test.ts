import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PolicyState } from '../../policy.ts'
import { stageStart } from '../position.ts'
import { readCheckpoint } from './read-checkpoint.ts'
import { superfluous } from './retention.ts'
import { clearDrafts, removeCheckpoint, writeCheckpoint } from './write-checkpoint.ts'

let checkpoints: string
beforeEach(() => {
  checkpoints = join(mkdtempSync(join(tmpdir(), 'checkpoints-')), 'checkpoints')
})
afterEach(() => rmSync(join(checkpoints, '..'), { recursive: true, force: true }))

const values = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(from + i))
const policy = (from: number, count = 6): PolicyState => ({
  weights: new Map([
    ['embed', { shape: [2, count / 2], data: values(from, count) }],
    ['head', { shape: [3], data: values(from + 1, 3) }],
  ]),
  moments: {
    first: new Map([
      ['embed', values(from + 2, count)],
      ['head', values(from + 3, 3)],
    ]),
    second: new Map([
      ['embed', values(from + 4, count)],
      ['head', values(from + 5, 3)],
    ]),
  },
  optimiserStep: from,
})
const state = (step: number) =>
  ({
    format: 1,
    run: 'r1',
    stage: 'sft',
    settings: 'abc',
    reason: 'validation',
    position: { ...stageStart(3), step, flops: 1 / 3 },
  }) as const

const folder = (step: number) => join(checkpoints, String(step))

describe('a checkpoint', () => {
  it('gives back every bit of weights, moments and position', () => {
    const bytes = writeCheckpoint(folder(7), policy(11), state(7))
    const read = readCheckpoint(folder(7), { moments: true })
    expect(read.policy).toEqual(policy(11))
    expect(read.state).toMatchObject({ ...state(7), optimiserStep: 11 })
    expect(bytes).toBe(
      readdirSync(folder(7)).reduce((sum, name) => sum + readFileSync(join(folder(7), name)).length, 0),
    )
    expect(readCheckpoint(folder(7), { moments: false }).policy).toEqual({
      weights: policy(11).weights,
      optimiserStep: 0,
    })
  })

  it('replaces an older one whole', () => {
    writeCheckpoint(folder(7), policy(1), state(7))
    writeCheckpoint(folder(7), policy(2), state(7))
    expect(readCheckpoint(folder(7), { moments: true }).policy.optimiserStep).toBe(2)
    expect(readdirSync(checkpoints)).toEqual(['7'])
  })

  const damage = (file: string, change: (bytes: Buffer) => Buffer) => {
    writeCheckpoint(folder(7), policy(1), state(7))
    const path = join(folder(7), file)
    writeFileSync(path, change(readFileSync(path)))
  }
  const flipped = (bytes: Buffer) => {
    const copy = Buffer.from(bytes)
    copy[copy.length - 3]! ^= 1
    return copy
  }

  it.each([
    ['model.safetensors', flipped],
    ['optimizer.safetensors', flipped],
    ['model.safetensors', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ['state.json', (bytes: Buffer) => bytes.subarray(0, 40)],
    ['state.json', (bytes: Buffer) => Buffer.from(bytes.toString().replace('"stage": "sft"', '"stage": "tea"'))],
  ])('is refused as corrupt when %s was damaged', (file, change) => {
    damage(file, change)
    expect(() => readCheckpoint(folder(7), { moments: true })).toThrow(
      expect.objectContaining({ code: 'checkpoint.corrupt', input: join(folder(7), file) }),
    )
  })

  it('is refused as incompatible when a newer version wrote it, as missing when it is not there', () => {
    damage('state.json', (bytes) => Buffer.from(bytes.toString().replace('"format": 1', '"format": 2')))
    expect(() => readCheckpoint(folder(7), { moments: true })).toThrow(
      expect.objectContaining({ code: 'checkpoint.incompatible' }),
    )
    expect(() => readCheckpoint(folder(8), { moments: true })).toThrow(
      expect.objectContaining({ code: 'checkpoint.missing' }),
    )
  })

  it('is removed unless it is pinned', () => {
    writeCheckpoint(folder(1), policy(1), state(1))
    writeCheckpoint(folder(2), policy(1), state(2))
    writeFileSync(join(folder(2), 'pinned'), '')
    expect([removeCheckpoint(folder(1)), removeCheckpoint(folder(2)), removeCheckpoint(folder(3))]).toEqual([
      true,
      false,
      false,
    ])
    expect(readdirSync(checkpoints)).toEqual(['2'])
  })

  it('clears what a killed trainer left half written, and nothing else', () => {
    writeCheckpoint(folder(1), policy(1), state(1))
    for (const name of ['.writing-2', '.replaced-1', '.removed-0']) mkdirSync(join(checkpoints, name))
    clearDrafts(checkpoints)
    clearDrafts(join(checkpoints, 'nowhere'))
    expect(readdirSync(checkpoints)).toEqual(['1'])
  })

  it('keeps the last good one when the disk is full', (context) => {
    const disk = mkdtempSync(join(tmpdir(), 'full-disk-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      rmSync(disk, { recursive: true })
      return context.skip('needs the right to mount a small disk')
    }
    try {
      const on = (step: number) => join(disk, 'checkpoints', String(step))
      writeCheckpoint(on(1), policy(1), state(1))
      expect(() => writeCheckpoint(on(2), policy(2, 60_000), state(2))).toThrow(
        expect.objectContaining({ code: 'workspace.full', input: on(2) }),
      )
      expect(readdirSync(join(disk, 'checkpoints'))).toEqual(['1'])
      expect(readCheckpoint(on(1), { moments: true }).policy).toEqual(policy(1))
    } finally {
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    }
  })
})

describe('keep-last-N', () => {
  it('lets the oldest go, but never validation points or the end', () => {
    const kept = [
      { step: 0, reason: 'validation' },
      { step: 10, reason: 'evaluation' },
      { step: 20, reason: 'interval' },
      { step: 25, reason: 'validation' },
      { step: 30, reason: 'evaluation' },
    ] as const
    expect(superfluous(kept, undefined)).toEqual([])
    expect(superfluous(kept, 1)).toEqual([10, 20])
    expect(superfluous(kept, 3)).toEqual([10])
    expect(
      superfluous(
        [
          { step: 1, reason: 'end' },
          { step: 2, reason: 'interval' },
        ],
        1,
      ),
    ).toEqual([])
  })
})
