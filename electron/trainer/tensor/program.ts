/**
 * A program: many entry points (train, score, decode, ...) over one set of variables, in one SavedModel session. Sessions
 * share no variables, so all that works on the same weights must be one program; an entry point is the choice of what is
 * fed and what is fetched.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Addon } from './addon.ts'
import type { Backend } from './backend.ts'
import { arrayFor, DType, sizeOf, type TensorData } from './dtype.ts'
import { Graph, type Output } from './graph.ts'
import { servingTags, writeSavedModel } from './saved-model.ts'

/** What an entry point takes and gives: graph names and types by the caller's names. */
interface EntryPoint {
  readonly feeds: Readonly<Record<string, { readonly node: string; readonly dtype: DType }>>
  /** Feeds of its group that it does not depend on: accepted, and ignored. */
  readonly ignored: readonly string[]
  readonly fetches: Readonly<Record<string, string>>
  /** What the numbers of a packed result mean, in their order. */
  readonly labels: readonly string[]
}

/** What an entry point gives. */
export interface EntryResult {
  readonly fetches: Readonly<Record<string, Output>>
  /** Kept with the entry point: what the numbers of a packed result mean. */
  readonly labels?: readonly string[]
}

/** Makes an entry point's feed. */
export type Feeder = (name: string, dtype: DType) => Output

/** A value to feed; a bare array is a vector of its length. */
export type Feed = TensorData | { readonly data: TensorData; readonly shape: readonly number[] }

export interface Fetched {
  readonly data: TensorData
  readonly shape: readonly number[]
}

/** Builds a program's graph, entry point by entry point. */
export class ProgramBuilder {
  readonly graph = new Graph()
  private readonly points: Record<string, EntryPoint> = {}
  private readonly handles = new Map<string, Output>()

  /** Adds one entry point: `entries` for a single one. */
  entry(name: string, build: (feed: Feeder) => EntryResult): void {
    this.entries(name, (feed) => ({ [name]: build(feed) }))
  }

  /**
   * Adds entry points that share their feeds and operations. `build` receives a function that makes feeds and returns what each
   * entry point fetches; each needs the feeds that its fetches depend on. One that only acts (assigns) fetches a token: see `done`.
   */
  entries(group: string, build: (feed: Feeder) => Readonly<Record<string, EntryResult>>): void {
    const feeds: Record<string, { node: string; dtype: DType }> = {}
    const feed: Feeder = (name, dtype) => {
      const output = this.graph.placeholder(`${nodeName(group)}/${nodeName(name)}`, dtype)
      feeds[name] = { node: output.node, dtype }
      return output
    }
    for (const [name, { fetches, labels = [] }] of Object.entries(build(feed))) {
      if (name in this.points) throw new Error(`The program already has an entry point ${name}`)
      const needed = this.graph.ancestors(Object.values(fetches))
      const isNeeded = (feedName: string) => needed.has(feeds[feedName]!.node)
      const own = Object.entries(feeds).filter(([feedName]) => isNeeded(feedName))
      const ignored = Object.keys(feeds).filter((feedName) => !isNeeded(feedName))
      const named = Object.entries(fetches).map(([key, { node, index }]) => [key, `${node}:${index}`] as const)
      this.points[name] = { feeds: Object.fromEntries(own), ignored, fetches: Object.fromEntries(named), labels }
    }
  }

  /** The handle of a variable; the same name is the same variable in every entry point. */
  variable(name: string, dtype: DType = DType.float32): Output {
    let handle = this.handles.get(name)
    if (handle === undefined) {
      const attributes = {
        dtype: { type: dtype },
        shape: { shape: null },
        shared_name: { string: name },
        container: { string: '' },
      } as const
      handle = this.graph.one('VarHandleOp', [], attributes, DType.resource, { name: `variable/${nodeName(name)}` })
      this.handles.set(name, handle)
    }
    return handle
  }

  read(name: string, after: readonly string[] = []): Output {
    return this.graph.one('ReadVariableOp', [this.variable(name)], { dtype: { type: DType.float32 } }, DType.float32, {
      after,
    })
  }

  /** Assigns and returns the node to wait for. */
  assign(name: string, value: Output, after: readonly string[] = []): string {
    const handle = this.variable(name)
    const node = `assign_${this.graph.nodes.length}`
    this.graph.add('AssignVariableOp', [handle, value], { dtype: { type: value.dtype } }, [], { name: node, after })
    return node
  }

  /** Adds to a float variable and returns the node to wait for. */
  assignAdd(name: string, value: Output): string {
    const node = `assign_add_${this.graph.nodes.length}`
    const attributes = { dtype: { type: DType.float32 } }
    this.graph.add('AssignAddVariableOp', [this.variable(name), value], attributes, [], { name: node })
    return node
  }

  /** A scalar that can be fetched once the given nodes have run. */
  done(after: readonly string[]): Output {
    return this.graph.one('Identity', [this.graph.int(1)], { T: { type: DType.int32 } }, DType.int32, { after })
  }

  /** Writes the program into a folder: `saved_model.pb` and `entries.json`. */
  save(folder: string): void {
    writeSavedModel(this.graph, folder)
    writeFileSync(join(folder, 'entries.json'), JSON.stringify(this.points))
  }
}

const nodeName = (name: string): string =>
  name.replace(/[^A-Za-z0-9_./-]/g, (c) => `_x${c.codePointAt(0)!.toString(16)}_`)

/** A loaded program. All runs are synchronous. */
export class Program {
  private readonly addon: Addon
  private readonly session: number
  private readonly entries: Readonly<Record<string, EntryPoint>>
  private isDisposed = false

  /** Loads what `ProgramBuilder.save` wrote. @throws Error with TensorFlow's message when the graph is not valid. */
  constructor(backend: Backend, folder: string) {
    this.addon = backend.addon
    this.entries = JSON.parse(readFileSync(join(folder, 'entries.json'), 'utf8')) as Record<string, EntryPoint>
    this.session = this.addon.loadSavedModel(folder, servingTags)
  }

  /** Saves to a folder of its own, loads, and removes the folder. */
  static fromBuilder(backend: Backend, builder: ProgramBuilder): Program {
    const folder = mkdtempSync(join(tmpdir(), 'switchpoint-graph-'))
    try {
      builder.save(folder)
      return new Program(backend, folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  has(entry: string): boolean {
    return entry in this.entries
  }

  /** The meaning of an entry point's packed numbers. */
  labels(entry: string): readonly string[] {
    return this.entryNamed(entry).labels
  }

  /**
   * Runs an entry point and copies what it fetches to JavaScript.
   * @throws Error for an unknown entry point, a missing or surplus feed, or TensorFlow's own.
   * Memory: leaves nothing behind in TensorFlow but the variables.
   */
  run(name: string, feeds: Readonly<Record<string, Feed>>): Record<string, Fetched> {
    const entry = this.entryNamed(name)
    const feedNames = Object.keys(entry.feeds)
    const surplus = Object.keys(feeds).filter((feed) => !(feed in entry.feeds) && !entry.ignored.includes(feed))
    if (surplus.length > 0)
      throw new Error(`Entry point ${name} takes no ${surplus.join(', ')}; it takes ${feedNames.join(', ')}`)
    const ids: number[] = []
    const results: number[] = []
    try {
      for (const feedName of feedNames)
        ids.push(this.upload(name, feedName, entry.feeds[feedName]!.dtype, feeds[feedName]))
      const inputNames = feedNames.map((feedName) => `${entry.feeds[feedName]!.node}:0`).join()
      const fetchNames = Object.keys(entry.fetches)
      const handles = this.addon.runSavedModel(this.session, ids, inputNames, Object.values(entry.fetches).join())
      results.push(...handles.map(({ id }) => id))
      return Object.fromEntries(fetchNames.map((fetch, i) => [fetch, this.download(handles[i]!)]))
    } finally {
      for (const id of [...ids, ...results]) this.addon.deleteTensor(id)
    }
  }

  dispose(): void {
    if (this.isDisposed) return
    this.isDisposed = true
    this.addon.deleteSavedModel(this.session)
  }

  private entryNamed(name: string): EntryPoint {
    if (this.isDisposed) throw new Error(`Entry point ${name} was called on a program that is disposed`)
    const entry = this.entries[name]
    if (entry === undefined)
      throw new Error(`The program has no entry point ${name}; it has ${Object.keys(this.entries).join(', ')}`)
    return entry
  }

  private upload(entry: string, name: string, dtype: DType, feed: Feed | undefined): number {
    if (feed === undefined) throw new Error(`Entry point ${entry} was not given ${name}`)
    const { data, shape } = ArrayBuffer.isView(feed) ? { data: feed, shape: [feed.length] } : feed
    if (data.length !== sizeOf(shape))
      throw new Error(`${entry}: ${name} has ${data.length} values for shape [${shape.join()}]`)
    return this.addon.createTensor(shape, dtype, data)
  }

  private download({ id, shape, dtype }: { id: number; shape: number[]; dtype: number }): Fetched {
    const data = sizeOf(shape) === 0 ? arrayFor(dtype as DType, 0) : this.addon.tensorDataSync(id)
    return { data, shape }
  }
}

/** A scalar to feed. */
export const scalar = (value: number): Feed => ({ data: Float32Array.of(value), shape: [] })
export const wholeScalar = (value: number): Feed => ({ data: Int32Array.of(value), shape: [] })
