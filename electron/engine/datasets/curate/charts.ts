/** What Curate draws: histograms, heat maps and sources, counted in SQL. */
import type { HeatMap, Histogram } from '#shared/contract/datasets.ts'
import type { Duck } from '../duck.ts'
import { binEdges, binSql } from './bins.ts'
import type { Pool } from './pool.ts'
import type { Candidates } from './selection.ts'

const edgesOf = (pool: Pool, scorer: string, bins: number) =>
  binEdges({ ...pool.scorer(scorer), tries: pool.triesOf(scorer) }, bins)

/**
 * `pool`: all rows of the dataset; `kept`: what filters and strategy leave, before the draw (a random draw has the same
 * shape). Quartiles are those of the rows that the filters leave: where Easy and Hard begin.
 */
export async function histogram(
  duck: Duck,
  { pool, recipe, candidates, quartiles }: Candidates,
  bins: number,
): Promise<Histogram> {
  const edges = edgesOf(pool, recipe.scorer, bins)
  const { q1, median, q3 } = quartiles
  const facts = {
    scorer: recipe.scorer,
    edges,
    quartiles: q1 === null ? null : ([q1, median!, q3!] as [number, number, number]),
  }
  if (edges.length === 0) return { ...facts, pool: [], kept: [] }
  const tally = async (rows: string, value: string) => {
    const counted = await duck.rows<{ bin: number; n: number }>(
      `SELECT ${binSql(value, edges)} AS bin, count(*) AS n FROM ${rows} WHERE ${value} IS NOT NULL GROUP BY bin`,
    )
    const filled = new Array<number>(edges.length - 1).fill(0)
    for (const { bin, n } of counted) filled[bin] = n
    return filled
  }
  const [all, kept] = await Promise.all([
    tally(pool.table, pool.column(recipe.scorer)),
    tally(`(${candidates})`, 'score'),
  ])
  return { ...facts, pool: all, kept }
}

/** Rows of the dataset per cell; rows that lack either score are left out. */
export async function heatMap(duck: Duck, pool: Pool, x: string, y: string, bins: number): Promise<HeatMap> {
  const [xEdges, yEdges] = [edgesOf(pool, x, bins), edgesOf(pool, y, bins)]
  const cells = Array.from({ length: Math.max(0, yEdges.length - 1) }, () =>
    new Array<number>(Math.max(0, xEdges.length - 1)).fill(0),
  )
  const map = { x: { scorer: x, edges: xEdges }, y: { scorer: y, edges: yEdges }, cells }
  if (xEdges.length === 0 || yEdges.length === 0) return map
  const [xs, ys] = [pool.column(x), pool.column(y)]
  const counted = await duck.rows<{ i: number; j: number; n: number }>(
    `SELECT ${binSql(xs, xEdges)} AS i, ${binSql(ys, yEdges)} AS j, count(*) AS n FROM ${pool.table} WHERE ${xs} IS NOT NULL AND ${ys} IS NOT NULL GROUP BY i, j`,
  )
  for (const { i, j, n } of counted) cells[j]![i] = n
  return map
}

const mostSources = 200

/** Most rows first; beyond 200 the rest is one entry. */
export async function sources(duck: Duck, pool: Pool): Promise<{ source: string; rows: number }[]> {
  const found = await duck.rows<{ source: string; rows: number }>(
    `SELECT source, count(*) AS rows FROM ${pool.table} GROUP BY source ORDER BY rows DESC, source`,
  )
  const rest = found.slice(mostSources)
  if (rest.length === 0) return found
  return [
    ...found.slice(0, mostSources),
    { source: `${rest.length} others`, rows: rest.reduce((sum, { rows }) => sum + rows, 0) },
  ]
}
