/** What a migration is. Numbered by tens; a shipped one never changes: what it got wrong, a later one mends. */
import type { Database } from 'better-sqlite3'

export interface Migration {
  readonly version: number
  up(db: Database): void
}

export const migration = (version: number, up: (db: Database) => void): Migration => ({ version, up })
