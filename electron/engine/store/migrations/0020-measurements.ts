/** What a run says of itself, as its journal says it: positions, metrics, rollouts, evaluations, checkpoints, events. */
import { migration } from '../migration.ts'

export default migration(20, (db) =>
  db.exec(`
  CREATE TABLE positions (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    flops REAL NOT NULL,
    tokens REAL NOT NULL,
    wall_ms REAL NOT NULL,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (run_no, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE metric_keys (no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE metrics (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    key_no INTEGER NOT NULL REFERENCES metric_keys(no),
    step INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_no, key_no, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE samples (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('train', 'eval')),
    ordinal INTEGER NOT NULL,
    correct INTEGER NOT NULL CHECK (correct IN (0, 1)),
    sample TEXT NOT NULL CHECK (json_valid(sample)),
    PRIMARY KEY (run_no, step, purpose, ordinal)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE evaluations (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    flops REAL NOT NULL,
    k INTEGER NOT NULL,
    prompt_ids TEXT NOT NULL,
    correct TEXT NOT NULL,
    greedy TEXT NOT NULL,
    PRIMARY KEY (run_no, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoints (
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    flops REAL NOT NULL,
    tokens REAL NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    reason TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    PRIMARY KEY (run_no, step)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    run_no INTEGER NOT NULL REFERENCES runs(no) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    text TEXT NOT NULL,
    at REAL NOT NULL
  ) STRICT;
  CREATE INDEX events_run ON events(run_no, id);
`),
)
