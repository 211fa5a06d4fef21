import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Arithmetic } from './arithmetic.ts'
import { loadBackend } from './backend.ts'
import { DType } from './dtype.ts'
import { Program, ProgramBuilder, scalar } from './program.ts'

const backend = loadBackend(2)

/** One variable, three ways in. */
function counter(): ProgramBuilder {
  const builder = new ProgramBuilder()
  const math = new Arithmetic(builder.graph)
  builder.entry('set', (feed) => ({
    fetches: { done: builder.done([builder.assign('count', math.copy(feed('value', DType.float32)))]) },
  }))
  builder.entry('add', (feed) => {
    const sum = math.add(builder.read('count'), feed('by', DType.float32))
    return { fetches: { sum, done: builder.done([builder.assign('count', sum)]) }, labels: ['count'] }
  })
  builder.entry('get', () => ({ fetches: { count: builder.read('count') } }))
  return builder
}

describe('a program', () => {
  let program: Program
  beforeAll(() => {
    program = Program.fromBuilder(backend, counter())
  })
  afterAll(() => program.dispose())

  it('shares its variables between entry points', () => {
    program.run('set', { value: scalar(3) })
    expect(program.run('add', { by: scalar(4) })['sum']!.data[0]).toBe(7)
    expect(program.run('get', {})['count']).toEqual({ data: Float32Array.of(7), shape: [] })
    expect(program.labels('add')).toEqual(['count'])
  })

  it('keeps nothing of the memory that JavaScript feeds', () => {
    const fed = new Float32Array(1 << 16).fill(1)
    program.run('set', { value: fed })
    fed.fill(2)
    expect(program.run('get', {})['count']!.data.every((value) => value === 1)).toBe(true)
  })

  it('leaves no tensors behind, not even when it fails', () => {
    const before = backend.addon.getNumOfTensors()
    program.run('set', { value: Float32Array.of(1, 2) })
    program.run('add', { by: Float32Array.of(1, 2) })
    expect(() => program.run('add', { by: Float32Array.of(1, 2, 3) })).toThrow(/Incompatible shapes/)
    expect(backend.addon.getNumOfTensors()).toBe(before)
  })

  it('names what is wrong with a call', () => {
    expect(() => program.run('sub', {})).toThrow(/no entry point sub; it has set, add, get/)
    expect(() => program.run('set', {})).toThrow(/was not given value/)
    expect(() => program.run('set', { value: scalar(1), speed: scalar(1) })).toThrow(/takes no speed; it takes value/)
    expect(() => program.run('set', { value: { data: Float32Array.of(1, 2), shape: [3] } })).toThrow(
      /2 values for shape \[3\]/,
    )
  })

  it('gives nothing after it is disposed, and may be disposed twice', () => {
    const sessions = backend.addon.getNumOfSavedModels()
    const other = Program.fromBuilder(backend, counter())
    other.dispose()
    other.dispose()
    expect(() => other.run('get', {})).toThrow(/disposed/)
    expect(backend.addon.getNumOfSavedModels()).toBe(sessions)
  })

  it('shares nothing with another program of the same graph', () => {
    const other = Program.fromBuilder(backend, counter())
    program.run('set', { value: scalar(1) })
    other.run('set', { value: scalar(2) })
    expect(program.run('get', {})['count']!.data[0]).toBe(1)
    other.dispose()
  })

  it('refuses to load a torn file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchpoint-program-'))
    counter().save(folder)
    writeFileSync(join(folder, 'saved_model.pb'), 'torn')
    expect(() => new Program(backend, folder)).toThrow(/SavedModel/)
    rmSync(folder, { recursive: true })
  })
})

describe('a program under construction', () => {
  it('refuses two entry points, or two nodes, of one name', () => {
    const builder = counter()
    expect(() => builder.entry('get', () => ({ fetches: {} }))).toThrow(/already has an entry point get/)
    builder.graph.placeholder('twice', DType.float32)
    expect(() => builder.graph.placeholder('twice', DType.float32)).toThrow(/already has a node named twice/)
  })

  it('makes equal constants one node', () => {
    const { graph } = new ProgramBuilder()
    expect(graph.ints(1, 2)).toBe(graph.ints(1, 2))
    expect(graph.ints(1, 2)).not.toBe(graph.ints(2, 1))
    expect(graph.int(0)).not.toBe(graph.float(0))
  })
})

describe('entry points of one group', () => {
  it('share operations, need only what they depend on, and take the rest without a word', () => {
    const builder = new ProgramBuilder()
    const math = new Arithmetic(builder.graph)
    builder.entries('sums', (feed) => {
      const [a, b, c] = [feed('a', DType.float32), feed('b', DType.float32), feed('c', DType.float32)]
      const two = math.add(a, b)
      return { two: { fetches: { sum: two } }, three: { fetches: { sum: math.add(two, c) } } }
    })
    expect(builder.graph.nodes.filter(({ op }) => op === 'AddV2')).toHaveLength(2)
    const program = Program.fromBuilder(backend, builder)
    const [a, b, c] = [scalar(1), scalar(2), scalar(4)]
    expect(program.run('three', { a, b, c })['sum']!.data[0]).toBe(7)
    expect(program.run('two', { a, b })['sum']!.data[0]).toBe(3)
    expect(program.run('two', { a, b, c })['sum']!.data[0]).toBe(3)
    expect(() => program.run('three', { a, b })).toThrow(/was not given c/)
    program.dispose()
  })
})
