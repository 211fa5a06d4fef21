/** Studies, measured speeds (for estimates), and fitted curves remembered by the hash of their points. */
import { migration } from '../migration.ts'

export default migration(40, (db) =>
  db.exec(`
  CREATE TABLE studies (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    seed INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled', 'interrupted')),
    plan TEXT NOT NULL CHECK (json_valid(plan)),
    error TEXT CHECK (error IS NULL OR json_valid(error)),
    result TEXT CHECK (result IS NULL OR json_valid(result)),
    -- Seconds it was at work, interruptions left out.
    worked_ms REAL NOT NULL DEFAULT 0,
    started_at REAL NOT NULL,
    ended_at REAL
  ) STRICT;
  CREATE TABLE speeds (
    machine TEXT NOT NULL,
    model TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What else decides the speed: objective, batch, answers, threads, mode, precision.
    shape TEXT NOT NULL,
    -- FLOPs a second over a whole run, everything counted (training, validation, evaluation).
    flops_per_second REAL NOT NULL,
    -- From the start of the process to the first step.
    start_seconds REAL NOT NULL,
    checkpoint_bytes REAL NOT NULL,
    memory_bytes REAL NOT NULL,
    runs INTEGER NOT NULL,
    measured_at REAL NOT NULL,
    PRIMARY KEY (machine, model, kind, shape)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE fits (
    hash TEXT PRIMARY KEY,
    fit TEXT NOT NULL CHECK (json_valid(fit)),
    used_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
`),
)
