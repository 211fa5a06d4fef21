/** Runs, one stage each, and the attempts at them: a resumed run is one run with a second attempt. */
import { migration } from '../migration.ts'

export default migration(10, (db) =>
  db.exec(`
  CREATE TABLE runs (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    experiment TEXT NOT NULL,
    parent TEXT REFERENCES runs(id),
    -- Null until the parent has the checkpoint to start from; then the step of that checkpoint.
    parent_step INTEGER,
    kind TEXT NOT NULL CHECK (kind IN ('pretrain', 'sft', 'rl', 'synchronized')),
    objective TEXT NOT NULL,
    paradigm TEXT NOT NULL,
    model TEXT NOT NULL,
    task TEXT NOT NULL,
    data TEXT NOT NULL,
    seed INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (json_valid(stage)),
    engine TEXT NOT NULL CHECK (json_valid(engine)),
    -- Equal for two runs that would compute the same from the same start.
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'interrupted', 'failed', 'stopped', 'completed')),
    queue_order REAL,
    -- Goes on without a window: the engine lives until it is through.
    detached INTEGER NOT NULL CHECK (detached IN (0, 1)),
    attempt INTEGER NOT NULL DEFAULT 0,
    journal_offset INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    steps INTEGER NOT NULL,
    flops REAL NOT NULL DEFAULT 0,
    tokens REAL NOT NULL DEFAULT 0,
    wall_ms REAL NOT NULL DEFAULT 0,
    before_flops REAL NOT NULL DEFAULT 0,
    before_tokens REAL NOT NULL DEFAULT 0,
    activity TEXT,
    tokens_per_second REAL,
    seconds_left REAL,
    error TEXT CHECK (error IS NULL OR json_valid(error)),
    role TEXT,
    study TEXT,
    code_version TEXT NOT NULL,
    backend TEXT CHECK (backend IS NULL OR json_valid(backend)),
    parameters INTEGER,
    created_at REAL NOT NULL,
    started_at REAL,
    ended_at REAL,
    deleted_at REAL,
    CHECK (parent_step IS NULL OR parent IS NOT NULL)
  ) STRICT;
  CREATE INDEX runs_parent ON runs(parent);
  CREATE INDEX runs_state ON runs(state);
  CREATE INDEX runs_fingerprint ON runs(fingerprint);
  CREATE TABLE attempts (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    -- A process is its pid and the moment it was born; the pid alone may belong to another by now.
    pid INTEGER,
    born TEXT,
    token TEXT NOT NULL,
    from_step INTEGER NOT NULL,
    -- The kernel's count of out-of-memory kills when the attempt began; null where it cannot be read.
    memory_kills INTEGER,
    started_at REAL NOT NULL,
    ended_at REAL,
    outcome TEXT,
    PRIMARY KEY (run_no, attempt)
  ) STRICT, WITHOUT ROWID;
`),
)
