/**
 * Brings a database to the newest version: one transaction a migration, the version kept in `user_version`, a backup of the
 * whole database before the first one. A failed migration stops everything: the file stays at the version it had.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { Failure } from '#shared/contract/failure.ts'
import type { Migration } from './migration.ts'
import { migrations as all } from './migrations/index.ts'

export interface MigrateOptions {
  /** Where the copy of an older database goes; null: none is made (tests). */
  readonly backups: string | null
  readonly migrations?: readonly Migration[]
  /** Stop at this version (tests build old databases so). */
  readonly to?: number
}

export const versionOf = (db: Database): number => db.pragma('user_version', { simple: true }) as number

/**
 * Throws `workspace.from_future` for a database of a newer Switchpoint, `workspace.corrupt` when a migration fails.
 * Returns the path of the backup, or null where none was needed.
 */
export function migrate(
  db: Database,
  { backups, migrations = all, to = Number.POSITIVE_INFINITY }: MigrateOptions,
): string | null {
  checkOrder(migrations)
  const from = versionOf(db)
  const newest = migrations.at(-1)?.version ?? 0
  if (from > newest) {
    throw new Failure({
      code: 'workspace.from_future',
      message: `This workspace was written by a newer Switchpoint (store version ${from}; this one knows up to ${newest}).`,
      input: db.name,
      remedy: 'Update Switchpoint, or open another workspace. Nothing was changed.',
    })
  }
  const due = migrations.filter(({ version }) => version > from && version <= to)
  if (due.length === 0) return null
  const backup = from > 0 && backups !== null ? backUp(db, backups, from) : null
  for (const { version, up } of due) {
    try {
      db.transaction(() => {
        up(db)
        const broken = db.pragma('foreign_key_check') as unknown[]
        if (broken.length > 0) throw new Error(`it leaves ${broken.length} rows that point nowhere`)
        db.pragma(`user_version = ${version}`)
      })()
    } catch (cause) {
      throw new Failure(
        {
          code: 'workspace.corrupt',
          message: `The store could not be brought from version ${versionOf(db)} to ${version}: ${(cause as Error).message}.`,
          input: db.name,
          remedy: backup ? `Nothing was changed. A copy from before lies at ${backup}.` : 'Nothing was changed.',
        },
        { cause },
      )
    }
  }
  return backup
}

function backUp(db: Database, folder: string, version: number): string {
  mkdirSync(folder, { recursive: true })
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const path = join(folder, `switchpoint-v${version}-${stamp}.db`)
  // VACUUM INTO writes one whole, checked file whatever the WAL holds.
  db.prepare('VACUUM INTO ?').run(path)
  return path
}

function checkOrder(migrations: readonly Migration[]): void {
  migrations.forEach(({ version }, i) => {
    if (version !== (i + 1) * 10) throw new Error(`migration ${i + 1} has version ${version}; expected ${(i + 1) * 10}`)
  })
}
