import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clipped, crossEntropy, toyOptions, toyShape } from '../fixtures/toy-policy.ts'
import { loadBackend } from '../tensor/backend.ts'
import { ProgramBuilder } from '../tensor/program.ts'
import type { ProgramOptions } from './entry-context.ts'
import { cachedProgram, programKey } from './graph-cache.ts'

const backend = loadBackend(2)
const options: ProgramOptions = { ...toyOptions, objectives: [crossEntropy] }

function smallProgram(): ProgramBuilder {
  const builder = new ProgramBuilder()
  builder.entry('one', () => ({ fetches: { one: builder.graph.float(1) } }))
  return builder
}

describe('the key of a recorded program', () => {
  const key = (over: Partial<ProgramOptions> = {}) => programKey(backend, { ...options, ...over })

  it('is the same for the same', () => expect(key()).toBe(key({ shape: { ...toyShape } })))

  it.each<[string, Partial<ProgramOptions>]>([
    ['the shape', { shape: { ...toyShape, layers: 3 } }],
    ['the objectives', { objectives: [crossEntropy, clipped] }],
    ['a setting in an objective’s key', { objectives: [{ ...crossEntropy, key: 'another' }] }],
    ['a temperature', { objectives: [{ ...crossEntropy, temperature: 0.5 }] }],
    ['the forbidden tokens', { forbidden: [1] }],
    ['the precision', { precision: 'bf16-matmul' }],
  ])('changes with %s', (_, over) => expect(key(over)).not.toBe(key()))

  it('changes with TensorFlow, the device and our own kernels', () => {
    const other = (facts: object) => programKey({ ...backend, facts: { ...backend.facts, ...facts } }, options)
    const others = [other({ version: '2.99.0' }), other({ device: 'gpu' }), other({ kernels: !backend.facts.kernels })]
    expect(new Set([key(), ...others]).size).toBe(4)
    expect(other({ threads: 7 })).toBe(key()) // a graph does not know its threads
  })
})

describe('the cache of recorded programs', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'switchpoint-cache-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  const load = (record: () => ProgramBuilder) => {
    const program = cachedProgram(backend, options, folder, record)
    expect(program.run('one', {})['one']!.data[0]).toBe(1)
    program.dispose()
  }

  it('records once', () => {
    const record = vi.fn(smallProgram)
    load(record)
    load(record)
    expect(record).toHaveBeenCalledTimes(1)
    expect(readdirSync(folder)).toEqual([programKey(backend, options)])
  })

  it.each(['saved_model.pb', 'entries.json'])('records again over a torn %s', (file) => {
    const record = vi.fn(smallProgram)
    load(record)
    writeFileSync(join(folder, programKey(backend, options), file), '{"torn')
    load(record)
    load(record)
    expect(record).toHaveBeenCalledTimes(2)
  })

  it('leaves nothing on disk without a folder', () => {
    cachedProgram(backend, options, undefined, smallProgram).dispose()
    expect(readdirSync(folder)).toEqual([])
  })
})
