/**
 * What makes two datasets the same: prompts, trajectories, answers and sources, in order. Row digests are SHA-256 of the texts
 * with their byte lengths before them (so that no two rows read alike); blocks of 4,096 are hashed in DuckDB, the blocks'
 * digests here. Line numbers, scores and file formats do not enter: an export, imported again, has the same hash.
 */
import { createHash } from 'node:crypto'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'

const blockRows = 4096

const part = (text: string) => `coalesce(strlen(${text}) || ':' || ${text}, '-')`

/** `relation` gives (position INTEGER from 0 without gaps, prompt, trajectory, answer, source). */
export async function contentHash(duck: Duck, relation: string, options: QueryOptions = {}): Promise<string> {
  const digest = `sha256(concat(${['prompt', 'trajectory', 'answer', 'source'].map(part).join(', ')}))`
  const blocks = duck.stream<{ digest: string }>(
    `SELECT sha256(string_agg(digest, '' ORDER BY position)) AS digest
     FROM (SELECT position, ${digest} AS digest FROM (${relation}))
     GROUP BY position // ${blockRows} ORDER BY position // ${blockRows}`,
    options,
  )
  const whole = createHash('sha256')
  for await (const rows of blocks) for (const row of rows) whole.update(row.digest)
  return whole.digest('hex')
}

export const hashedRows = (rowsFile: string): string =>
  `SELECT "row" AS position, prompt, trajectory, answer, source FROM read_parquet(${sqlText(rowsFile)})`
