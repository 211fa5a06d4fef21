import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestVersion } from './migrations/index.ts'
import { migrate, versionOf } from './migrate.ts'
import { migration } from './migration.ts'
import { openStore, query } from './store.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
  path = join(folder, 'switchpoint.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the store', () => {
  it('makes a database of the newest version, with WAL and foreign keys', () => {
    const store = openStore(path, { backups: null })
    expect(versionOf(store.sqlite)).toBe(newestVersion)
    expect(store.sqlite.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(store.sqlite.pragma('foreign_keys', { simple: true })).toBe(1)
    store.close()
    expect(readdirSync(folder)).toEqual(['switchpoint.db'])
  })

  it('is refused to a second process while the first has it open, and free when that is killed', () => {
    const store = openStore(path, { backups: null })
    const other = `
      import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))}
      try { openStore(${JSON.stringify(path)}, { backups: null }); process.kill(process.pid, 'SIGKILL') }
      catch (error) { console.log(error.code) }`
    const refused = spawnSync(process.execPath, ['--input-type=module', '-e', other], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    })
    expect(refused.stdout.trim()).toBe('workspace.locked')
    store.close()
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', other], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    })
    expect(killed.signal).toBe('SIGKILL')
    openStore(path, { backups: null }).close()
  })

  it('refuses a database from the future and leaves it as it is', () => {
    const db = new Database(path)
    db.pragma('user_version = 9990')
    db.close()
    expect(() => openStore(path, { backups: folder })).toThrow(
      expect.objectContaining({ code: 'workspace.from_future' }) as Error,
    )
    const again = new Database(path)
    expect(versionOf(again)).toBe(9990)
    again.close()
  })

  it('says that a file is no database', () => {
    writeFileSync(path, 'x'.repeat(5000))
    expect(() => openStore(path, { backups: null })).toThrow(
      expect.objectContaining({ code: 'workspace.corrupt' }) as Error,
    )
  })

  it('joins nested transactions and takes all of it back', () => {
    const store = openStore(path, { backups: null })
    const insert = (key: string) => store.run(query.insertInto('metric_keys').values({ key }))
    expect(() =>
      store.transaction(() => {
        insert('a')
        store.transaction(() => insert('b'))
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(store.all(query.selectFrom('metric_keys').selectAll())).toEqual([])
    store.close()
  })
})

describe('migrating', () => {
  const step = (version: number, sql: string) => migration(version, (db) => db.exec(sql))

  it('backs up before it changes an older database, and that copy is whole', () => {
    const db = new Database(path)
    const first = step(10, 'CREATE TABLE t (x INTEGER) STRICT')
    migrate(db, { backups: null, migrations: [first] })
    db.exec('INSERT INTO t VALUES (7)')
    const backup = migrate(db, { backups: join(folder, 'backups'), migrations: [first, step(20, 'DROP TABLE t')] })
    db.close()
    expect(existsSync(backup!)).toBe(true)
    const copy = new Database(backup!)
    expect(copy.prepare('SELECT x FROM t').all()).toEqual([{ x: 7 }])
    expect(versionOf(copy)).toBe(10)
    copy.close()
  })

  it('stops at a migration that fails and keeps what was before', () => {
    const db = new Database(path)
    const failing = step(20, 'CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)')
    expect(() =>
      migrate(db, { backups: null, migrations: [step(10, 'CREATE TABLE a (x INTEGER) STRICT'), failing] }),
    ).toThrow(expect.objectContaining({ code: 'workspace.corrupt' }) as Error)
    expect(versionOf(db)).toBe(10)
    expect(db.prepare(`SELECT name FROM sqlite_master`).pluck().all()).toEqual(['a'])
    db.close()
  })

  it('refuses a list with a hole', () => {
    const db = new Database(path)
    expect(() => migrate(db, { backups: null, migrations: [step(10, ''), step(30, '')] })).toThrow('expected 20')
    db.close()
  })
})
