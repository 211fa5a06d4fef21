/** Evaluations on several benchmarks at once. */
import { migration } from '../migration.ts'

export default migration(70, (db) =>
  db.exec(`
  -- Null: one test set. Else name, prompts and answers a prompt of each benchmark, in the order of prompt_ids.
  ALTER TABLE evaluations ADD COLUMN sets TEXT CHECK (sets IS NULL OR json_valid(sets));
`),
)
