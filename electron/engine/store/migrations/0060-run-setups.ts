/** What a run's model and texts are, where its columns `model` and `task` do not say it all: folders, tokenizers, templates. */
import { migration } from '../migration.ts'

export default migration(60, (db) =>
  db.exec(`
  -- Null: the preset named in \`model\`, on the lab task. Else engine/experiments/run-setup.ts.
  ALTER TABLE runs ADD COLUMN setup TEXT CHECK (setup IS NULL OR json_valid(setup));
`),
)
