/** Curation as the outside asks for it: a recipe in, counts, charts and rows out. */
import type { HeatMap, Histogram, RecipeCounts, RowDetail, RowPage, SubsetRecipe } from '#shared/contract/datasets.ts'
import type { Duck } from '../duck.ts'
import type { DatasetStore } from '../store.ts'
import { heatMap, histogram, sources } from './charts.ts'
import type { Pool, Pools } from './pool.ts'
import { rowDetail, rowPage, type PageRequest } from './row-pages.ts'
import { noDataset, type Selections } from './selection.ts'

export type RowsRequest = Pick<PageRequest, 'sort' | 'descending' | 'offset' | 'limit'> & {
  readonly recipe: SubsetRecipe
  /** Rows of the draw instead of the pool. */
  readonly drawn: boolean
}

export interface Curator {
  counts(recipe: SubsetRecipe): Promise<RecipeCounts>
  histogram(recipe: SubsetRecipe, bins: number): Promise<Histogram>
  heatMap(dataset: string, x: string, y: string, bins: number): Promise<HeatMap>
  sources(dataset: string): Promise<{ source: string; rows: number }[]>
  /** Of the pool: all rows that hold the recipe's text. Of the draw: its rows. */
  rows(request: RowsRequest): Promise<RowPage>
  row(recipe: SubsetRecipe, id: number): Promise<RowDetail>
}

/** Every call throws `dataset.not_found` for an unknown or removed dataset, `input.invalid` for an unknown scorer. */
export function createCurator(
  duck: Duck,
  pools: Pools,
  selections: Selections,
  store: Pick<DatasetStore, 'dataset'>,
): Curator {
  const withPool = async <R>(dataset: string, work: (pool: Pool) => Promise<R>): Promise<R> => {
    const found = store.dataset(dataset)
    if (!found || found.removedAt !== null) throw noDataset(dataset)
    return pools.use(found.value, work)
  }
  return {
    counts: (recipe) => selections.drawn(recipe, async ({ counts }) => counts),
    histogram: (recipe, bins) => selections.candidates(recipe, (found) => histogram(duck, found, bins)),
    heatMap: (dataset, x, y, bins) => withPool(dataset, (pool) => heatMap(duck, pool, x, y, bins)),
    sources: (dataset) => withPool(dataset, (pool) => sources(duck, pool)),
    rows: ({ recipe, drawn, ...page }) => {
      const paged = (pool: Pool, only: string | null) => rowPage(duck, { ...page, pool, scorer: recipe.scorer, only })
      if (drawn) return selections.drawn(recipe, ({ pool, table }) => paged(pool, table))
      return withPool(recipe.dataset, (pool) =>
        selections.matching(pool, recipe.filters.text, (matches) => paged(pool, matches)),
      )
    },
    row: (recipe, id) => selections.drawn(recipe, (drawn) => rowDetail(duck, drawn, id)),
  }
}
