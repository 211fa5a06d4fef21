/**
 * The run store: one SQLite file, opened by this process alone (WAL, exclusive lock: of two engines on one workspace the
 * second is refused by the operating system, whatever the lock file says). Everything is synchronous. Queries are built and
 * typed by kysely and run as prepared statements; the statements of the hot path are prepared once by the table's own file.
 */
import Database from 'better-sqlite3'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type CompiledQuery } from 'kysely'
import { Failure } from '#shared/contract/failure.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './schema.ts'

/** Builds queries; runs none. */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
})

interface Compilable<Row> {
  compile(): CompiledQuery<Row>
}

export interface Store {
  readonly path: string
  /** For statements of the hot path. */
  readonly sqlite: Database.Database
  all<Row>(built: Compilable<Row>): Row[]
  first<Row>(built: Compilable<Row>): Row | undefined
  /** Rows that were changed. */
  run(built: Compilable<unknown>): number
  /** All of it or nothing. Nested calls join the outer transaction. */
  transaction<T>(work: () => T): T
  close(): void
}

export interface StoreOptions {
  readonly backups: string | null
}

/**
 * Opens or makes the database and brings it to the newest version.
 * Throws `workspace.locked` when another process holds it, `workspace.from_future`, `workspace.corrupt`.
 */
export function openStore(path: string, { backups }: StoreOptions): Store {
  const sqlite = openDatabase(path, backups)
  const statements = new Map<string, Database.Statement>()
  const prepared = ({ sql }: CompiledQuery<unknown>): Database.Statement => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = sqlite.prepare(sql)
      if (statements.size < 500) statements.set(sql, statement)
    }
    return statement
  }
  return {
    path,
    sqlite,
    all<Row>(built: Compilable<Row>) {
      const compiled = built.compile()
      return prepared(compiled).all(...compiled.parameters) as Row[]
    },
    first<Row>(built: Compilable<Row>) {
      const compiled = built.compile()
      return prepared(compiled).get(...compiled.parameters) as Row | undefined
    },
    run(built) {
      const compiled = built.compile()
      return prepared(compiled).run(...compiled.parameters).changes
    },
    transaction: (work) => (sqlite.inTransaction ? work() : sqlite.transaction(work).immediate()),
    close() {
      // Leaves one file behind, so that a workspace copied while closed is whole.
      if (sqlite.open) sqlite.pragma('wal_checkpoint(TRUNCATE)')
      sqlite.close()
    },
  }
}

function openDatabase(path: string, backups: string | null): Database.Database {
  let sqlite: Database.Database | undefined
  try {
    sqlite = new Database(path)
    sqlite.pragma('busy_timeout = 250')
    sqlite.pragma('locking_mode = EXCLUSIVE')
    sqlite.pragma('journal_mode = WAL')
    // In WAL mode NORMAL survives kill -9 of any process; a power cut may cost the last moments, never the file.
    sqlite.pragma('synchronous = NORMAL')
    sqlite.pragma('foreign_keys = ON')
    // The first write takes the exclusive lock, and locking_mode keeps it.
    sqlite
      .transaction(() => sqlite!.pragma(`user_version = ${sqlite!.pragma('user_version', { simple: true }) as number}`))
      .immediate()
    migrate(sqlite, { backups })
    return sqlite
  } catch (cause) {
    sqlite?.close()
    throw asFailure(cause, path)
  }
}

function asFailure(cause: unknown, path: string): unknown {
  if (cause instanceof Failure || !(cause instanceof Error)) return cause
  const code = (cause as { code?: string }).code ?? ''
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Failure(
      {
        code: 'workspace.locked',
        message: 'Another process has this workspace open.',
        input: path,
        remedy: 'Close the other window or command on it, or wait until its engine has ended.',
      },
      { cause },
    )
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new Failure(
      {
        code: 'workspace.corrupt',
        message: `The store cannot be read: ${cause.message}.`,
        input: path,
        remedy: "Put back a copy from the workspace's backups folder, or open another workspace.",
      },
      { cause },
    )
  }
  if (code === 'SQLITE_FULL') {
    return new Failure(
      {
        code: 'workspace.full',
        message: 'The disk is full.',
        input: path,
        remedy: 'Free some space and open it again.',
      },
      { cause },
    )
  }
  return new Failure(
    {
      code: 'file.unreadable',
      message: `The store cannot be opened: ${cause.message}.`,
      input: path,
      remedy: 'Check that the folder exists and may be written.',
    },
    { cause },
  )
}
