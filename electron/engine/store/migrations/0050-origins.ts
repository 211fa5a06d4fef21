/** Runs that were not trained here, and evaluations of which only the score is known. */
import { migration } from '../migration.ts'

export default migration(50, (db) =>
  db.exec(`
  -- Null: trained here. Else where the run comes from (shared/contract/curves.ts).
  ALTER TABLE runs ADD COLUMN origin TEXT CHECK (origin IS NULL OR json_valid(origin));
  -- Share of right answers, where the answers prompt by prompt are not known; then prompt_ids, correct and greedy are empty.
  ALTER TABLE evaluations ADD COLUMN score REAL CHECK (score IS NULL OR (score >= 0 AND score <= 1));
  -- How many problems were answered, where that is known.
  ALTER TABLE evaluations ADD COLUMN problems INTEGER;
  -- Shares by benchmark.
  ALTER TABLE evaluations ADD COLUMN benchmarks TEXT CHECK (benchmarks IS NULL OR json_valid(benchmarks));
`),
)
