/** Each migration against a database as the version before left it, with rows in it. */
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate, versionOf } from '../migrate.ts'
import { migrations } from './index.ts'

let db: Database.Database
beforeEach(() => {
  db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
})
afterEach(() => db.close())

const to = (version: number) => migrate(db, { backups: null, to: version })
const all = (table: string) => db.prepare(`SELECT * FROM ${table}`).all()
const insert = (table: string, row: Record<string, unknown>) => {
  const keys = Object.keys(row)
  db.prepare(`INSERT INTO ${table} (${keys.join(', ')}) VALUES (${keys.map((key) => `@${key}`).join(', ')})`).run(row)
}

const run = {
  ...{
    no: 1,
    id: 'run_aaaa',
    name: 'base',
    experiment: 'e',
    parent: null,
    parent_step: null,
    kind: 'pretrain',
    objective: 'pretrain',
  },
  ...{
    paradigm: 'pretrain',
    model: 'lab-0.3m',
    task: 'lab',
    data: 'd',
    seed: 1,
    stage: '{}',
    engine: '{}',
    fingerprint: 'f',
  },
  ...{
    state: 'completed',
    queue_order: null,
    detached: 0,
    attempt: 1,
    journal_offset: 7,
    step: 3,
    steps: 3,
    flops: 1,
    tokens: 2,
    wall_ms: 3,
  },
  ...{
    before_flops: 0,
    before_tokens: 0,
    activity: null,
    tokens_per_second: null,
    seconds_left: null,
    error: null,
    role: null,
    study: null,
  },
  ...{
    code_version: '0',
    backend: null,
    parameters: null,
    created_at: 1,
    started_at: 2,
    ended_at: 3,
    deleted_at: null,
  },
}

it('are numbered by tens, and end at the newest', () => {
  to(Number.POSITIVE_INFINITY)
  expect(versionOf(db)).toBe(10 * migrations.length)
})

describe('0010 runs', () => {
  beforeEach(() => to(10))

  it('keeps runs and attempts', () => {
    insert('runs', run)
    const attempt = {
      run_no: 1,
      attempt: 1,
      pid: 5,
      born: 'b',
      token: 't',
      from_step: 0,
      memory_kills: 0,
      started_at: 1,
      ended_at: null,
      outcome: null,
    }
    insert('attempts', attempt)
    expect(all('runs')).toEqual([run])
    expect(all('attempts')).toEqual([attempt])
  })

  it.each([
    ['a state that is none', { state: 'asleep' }],
    ['a step of no parent', { parent_step: 3 }],
    ['a parent that is not there', { parent: 'run_zzzz' }],
    ['text where a number belongs', { seed: 'one' }],
    ['a stage that is no JSON', { stage: '{' }],
  ])('refuses %s', (_name, part) => {
    expect(() => insert('runs', { ...run, ...part })).toThrow(/constraint|datatype|cannot store/i)
  })

  it('refuses an id twice', () => {
    insert('runs', run)
    expect(() => insert('runs', { ...run, no: 2 })).toThrow(/UNIQUE/)
  })
})

describe('0020 measurements', () => {
  beforeEach(() => {
    to(10)
    insert('runs', run)
    to(20)
  })

  it('leaves runs as they were', () => expect(all('runs')).toEqual([run]))

  it('keeps what is measured with its run, and lets it go with it', () => {
    insert('metric_keys', { no: 1, key: 'train/loss' })
    const rows = {
      positions: { run_no: 1, step: 1, flops: 1, tokens: 1, wall_ms: 1, attempt: 1 },
      metrics: { run_no: 1, key_no: 1, step: 1, value: 0.5 },
      samples: { run_no: 1, step: 1, purpose: 'train', ordinal: 0, correct: 1, sample: '{}' },
      evaluations: { run_no: 1, step: 1, flops: 1, k: 4, prompt_ids: '[]', correct: '[]', greedy: '[]' },
      checkpoints: { run_no: 1, step: 1, flops: 1, tokens: 1, path: 'p', bytes: 1, reason: 'end', pinned: 0 },
      events: { id: 1, run_no: 1, step: 1, level: 'info', text: 'x', at: 1 },
    }
    for (const [table, row] of Object.entries(rows)) insert(table, row)
    for (const [table, row] of Object.entries(rows)) expect(all(table)).toEqual([row])
    db.exec('DELETE FROM runs')
    for (const table of Object.keys(rows)) expect(all(table)).toEqual([])
  })

  it('refuses a point of no run or no key', () => {
    expect(() => insert('metrics', { run_no: 1, key_no: 9, step: 1, value: 1 })).toThrow(/FOREIGN KEY/)
    expect(() => insert('positions', { run_no: 9, step: 1, flops: 1, tokens: 1, wall_ms: 1, attempt: 1 })).toThrow(
      /FOREIGN KEY/,
    )
  })
})

describe('0030 datasets', () => {
  beforeEach(() => {
    to(20)
    insert('runs', run)
    to(30)
  })
  const dataset = {
    ...{
      id: 'ds_aaaa',
      name: 'n',
      version: 1,
      task: 'gsm8k',
      rows: 2,
      prompts: 2,
      rejected: 0,
      rejections: '[]',
      source: 's',
      mapping: null,
    },
    ...{ content_hash: 'h', bytes: 1, created_at: 1, deleted_at: null },
  }
  const subset = {
    ...{
      id: 'sub_aaaa',
      name: 'n',
      version: 1,
      dataset: 'ds_aaaa',
      recipe: '{}',
      rows: 2,
      train: 1,
      validation: 1,
      test: 0,
    },
    ...{ content_hash: 'h', mean_length: null, created_at: 1, deleted_at: null },
  }

  it('keeps datasets, scorers and subsets, and runs as they were', () => {
    insert('datasets', dataset)
    const scorer = {
      dataset: 'ds_aaaa',
      id: 'steps',
      ordinal: 0,
      title: 't',
      unit: 'u',
      harder: 'higher',
      missing: 0,
      min: 1,
      max: 2,
      is_integer: 1,
    }
    insert('scorers', scorer)
    insert('subsets', subset)
    expect([all('datasets'), all('scorers'), all('subsets'), all('runs')]).toEqual([
      [dataset],
      [scorer],
      [subset],
      [run],
    ])
  })

  it('refuses a version twice, and a dataset that a subset needs to go', () => {
    insert('datasets', dataset)
    expect(() => insert('datasets', { ...dataset, id: 'ds_bbbb' })).toThrow(/UNIQUE/)
    insert('subsets', subset)
    expect(() => db.exec('DELETE FROM datasets')).toThrow(/FOREIGN KEY/)
  })
})

describe('0040 studies', () => {
  it('keeps studies, speeds and fits beside what was there', () => {
    to(30)
    insert('runs', run)
    to(40)
    const study = {
      id: 'study_aaaa',
      kind: 'quick',
      seed: 1,
      state: 'running',
      plan: '[]',
      error: null,
      result: null,
      worked_ms: 0,
      started_at: 1,
      ended_at: null,
    }
    const speed = {
      machine: 'm',
      model: 'lab-0.3m',
      kind: 'rl',
      shape: '{}',
      flops_per_second: 1,
      start_seconds: 1,
      checkpoint_bytes: 1,
      memory_bytes: 1,
      runs: 1,
      measured_at: 1,
    }
    const fit = { hash: 'h', fit: 'null', used_at: 1 }
    insert('studies', study)
    insert('speeds', speed)
    insert('fits', fit)
    expect([all('studies'), all('speeds'), all('fits'), all('runs')]).toEqual([[study], [speed], [fit], [run]])
    expect(() => insert('studies', { ...study, id: 'study_bbbb', state: 'asleep' })).toThrow(/CHECK/)
  })
})

describe('0050 origins', () => {
  beforeEach(() => {
    to(40)
    insert('runs', run)
    insert('evaluations', { run_no: 1, step: 1, flops: 1, k: 4, prompt_ids: '[1]', correct: '[2]', greedy: '[1]' })
    to(50)
  })

  it('leaves runs that were trained here without an origin, and their evaluations by prompt', () => {
    expect(all('runs')).toEqual([{ ...run, origin: null }])
    expect(all('evaluations')).toEqual([expect.objectContaining({ correct: '[2]', score: null, problems: null })])
  })

  it('keeps an origin and evaluations of a score alone, and refuses what is neither', () => {
    insert('runs', { ...run, no: 2, id: 'run_bbbb', origin: '{"kind":"imported"}' })
    const bare = { run_no: 2, step: 0, flops: 0, k: 1, prompt_ids: '[]', correct: '[]', greedy: '[]' }
    insert('evaluations', { ...bare, score: 0.5, problems: 9, benchmarks: '{"x":0.5}' })
    expect(() => insert('runs', { ...run, no: 3, id: 'run_cccc', origin: '{' })).toThrow(/CHECK/)
    expect(() => insert('evaluations', { ...bare, step: 1, score: 50 })).toThrow(/CHECK/)
    expect(() => insert('evaluations', { ...bare, step: 1, score: 0.5, benchmarks: 'x' })).toThrow(/CHECK/)
  })
})

describe('0060 run setups', () => {
  it('leaves runs as lab presets, keeps the setup of others, and refuses what is none', () => {
    to(50)
    insert('runs', run)
    to(60)
    expect(all('runs')).toEqual([{ ...run, origin: null, setup: null }])
    insert('runs', { ...run, no: 2, id: 'run_bbbb', setup: '{"model":"lab-3m","text":null}' })
    expect(() => insert('runs', { ...run, no: 3, id: 'run_cccc', setup: '{' })).toThrow(/CHECK/)
  })
})

describe('0070 test sets', () => {
  it('leaves evaluations on one test set, keeps the sizes of several, and refuses what is none', () => {
    to(60)
    insert('runs', run)
    const one = { run_no: 1, step: 1, flops: 1, k: 4, prompt_ids: '[1]', correct: '[2]', greedy: '[1]' }
    insert('evaluations', one)
    to(70)
    expect(all('evaluations')).toEqual([expect.objectContaining({ ...one, sets: null })])
    insert('evaluations', { ...one, step: 2, sets: '[{"name":"a","prompts":1,"k":4}]' })
    expect(() => insert('evaluations', { ...one, step: 3, sets: '[' })).toThrow(/CHECK/)
  })
})
