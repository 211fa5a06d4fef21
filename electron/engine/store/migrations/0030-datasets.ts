/** Datasets (immutable versions), what scores their rows, and the subsets drawn from them. Rows lie in Parquet files, not here. */
import { migration } from '../migration.ts'

export default migration(30, (db) =>
  db.exec(`
  CREATE TABLE datasets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    task TEXT NOT NULL,
    rows INTEGER NOT NULL,
    prompts INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    rejections TEXT NOT NULL CHECK (json_valid(rejections)),
    source TEXT NOT NULL,
    mapping TEXT CHECK (mapping IS NULL OR json_valid(mapping)),
    content_hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    created_at REAL NOT NULL,
    deleted_at REAL,
    UNIQUE (name, version)
  ) STRICT;
  CREATE INDEX datasets_content ON datasets(task, content_hash);
  CREATE TABLE scorers (
    dataset TEXT NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    title TEXT NOT NULL,
    unit TEXT NOT NULL,
    harder TEXT NOT NULL CHECK (harder IN ('higher', 'lower')),
    missing INTEGER NOT NULL,
    min REAL,
    max REAL,
    is_integer INTEGER NOT NULL CHECK (is_integer IN (0, 1)),
    PRIMARY KEY (dataset, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE subsets (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    dataset TEXT NOT NULL REFERENCES datasets(id),
    recipe TEXT NOT NULL CHECK (json_valid(recipe)),
    rows INTEGER NOT NULL,
    train INTEGER NOT NULL,
    validation INTEGER NOT NULL,
    test INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    mean_length REAL,
    created_at REAL NOT NULL,
    deleted_at REAL,
    UNIQUE (name, version)
  ) STRICT;
  CREATE INDEX subsets_dataset ON subsets(dataset);
`),
)
