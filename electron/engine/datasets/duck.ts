/**
 * DuckDB as the datasets room uses it: one in-memory instance an engine, bounded memory, spilling into the workspace. Queries
 * run on DuckDB's own threads, so the engine's loop stays free; each can be interrupted and tells how far it is.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { Failure } from '#shared/contract/failure.ts'

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined
  /** Share done, 0..1, a few times a second; DuckDB's own estimate. */
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface Duck {
  /** Runs statements for their effect. */
  run(sql: string, options?: QueryOptions): Promise<void>
  /** All rows of one query as objects. BIGINT arrive as numbers: nothing here counts beyond 2^53. */
  rows<Row>(sql: string, options?: QueryOptions): Promise<Row[]>
  /** Rows in pieces of about 2,000, read as they are asked for. */
  stream<Row>(sql: string, options?: QueryOptions): AsyncGenerator<Row[], void, void>
  close(): Promise<void>
}

export interface DuckOptions {
  /** Where it may spill; made here, emptied at the end. */
  readonly scratch: string
  readonly memoryBytes?: number
  readonly threads?: number
}

/** A quarter of the machine, between 512 MB and 2 GB: trainers need the rest. */
const defaultMemory = () => Math.min(2e9, Math.max(512e6, totalmem() / 4))
const progressEveryMs = 100

/** Nothing is loaded before the first query: an engine that only trains never pays for it. */
export function createDuck({
  scratch,
  memoryBytes = defaultMemory(),
  threads = availableParallelism(),
}: DuckOptions): Duck {
  const idle: DuckDBConnection[] = []
  let opened: Promise<DuckDBInstance> | undefined
  async function openInstance(): Promise<DuckDBInstance> {
    const { DuckDBInstance } = await import('@duckdb/node-api')
    mkdirSync(scratch, { recursive: true })
    return DuckDBInstance.create(':memory:', {
      threads: String(threads),
      memory_limit: `${Math.round(memoryBytes / 1e6)}MB`,
      temp_directory: scratch,
      preserve_insertion_order: 'true',
      // All that is used is built in; an engine must never fetch code from the network.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
  }
  async function open(): Promise<DuckDBConnection> {
    const free = idle.pop()
    if (free) return free
    const instance = await (opened ??= openInstance())
    const connection = await instance.connect()
    await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false')
    return connection
  }

  /** A connection of its own for each query: an interrupt hits that query and no other. */
  async function begin({ signal, onProgress }: QueryOptions) {
    if (signal?.aborted) throw cancelled()
    const connection = await open()
    const interrupt = () => connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    const ticking =
      onProgress && setInterval(() => onProgress(Math.max(0, connection.progress.percentage) / 100), progressEveryMs)
    return {
      connection,
      end() {
        clearInterval(ticking)
        signal?.removeEventListener('abort', interrupt)
        idle.push(connection)
      },
      failure: (error: unknown) => (signal?.aborted ? cancelled() : asFailure(error)),
    }
  }
  async function query<T>(options: QueryOptions, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const turn = await begin(options)
    try {
      return await work(turn.connection)
    } catch (error) {
      throw turn.failure(error)
    } finally {
      turn.end()
    }
  }

  return {
    run: (sql, options = {}) => query(options, async (connection) => void (await connection.run(sql))),
    rows: <Row>(sql: string, options: QueryOptions = {}) =>
      query(options, async (connection) => {
        const reader = await connection.runAndReadAll(sql)
        return reader.getRowObjectsJS().map((row) => plain(row) as Row)
      }),
    async *stream<Row>(sql: string, options: QueryOptions = {}) {
      const turn = await begin(options)
      try {
        const result = await turn.connection.stream(sql)
        for await (const rows of result.yieldRowObjectJs()) yield rows.map((row) => plain(row) as Row)
      } catch (error) {
        throw turn.failure(error)
      } finally {
        turn.end()
      }
    },
    async close() {
      for (const connection of idle) connection.closeSync()
      const instance = await opened?.catch(() => undefined)
      instance?.closeSync()
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const key in value) {
      const inner = (value as Record<string, unknown>)[key]
      if (typeof inner === 'bigint' || typeof inner === 'object') (value as Record<string, unknown>)[key] = plain(inner)
    }
  }
  return value
}

export const cancelled = () => new Failure({ code: 'cancelled', message: 'Cancelled.' })

/** DuckDB's errors are texts; those that a user can do something about become facts. */
export function asFailure(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  if (
    /no space left|disk full|ENOSPC|failed to offload data block/i.test(error.message) ||
    (error as { code?: string }).code === 'ENOSPC'
  ) {
    return new Failure(
      {
        code: 'workspace.full',
        message: 'The disk is full; nothing was stored.',
        input: error.message.split('\n')[0]!,
        remedy: 'Free some space, or move the workspace to a larger disk, and try again.',
      },
      { cause: error },
    )
  }
  return error
}

/** A text as an SQL literal. NUL cannot stand in one; no text of a dataset holds it (import refuses it). */
export const sqlText = (text: string): string => `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`

export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const sqlNumber = (value: number): string => {
  if (!Number.isFinite(value)) throw new RangeError(`not a number that SQL can say: ${value}`)
  return Number.isInteger(value) ? `${BigInt(value)}` : `${value}::DOUBLE`
}
