import { procedures } from './procedures.ts'

const { curate: area } = procedures

export const curate = {
  histogram: area.histogram.handler(({ context, input }) =>
    context.datasets.curate.histogram(input.recipe, input.bins),
  ),
  heatMap: area.heatMap.handler(({ context, input }) =>
    context.datasets.curate.heatMap(input.dataset, input.x, input.y, input.bins),
  ),
  sources: area.sources.handler(async ({ context, input }) => ({
    sources: await context.datasets.curate.sources(input.dataset),
  })),
  counts: area.counts.handler(({ context, input }) => context.datasets.curate.counts(input.recipe)),
  rows: area.rows.handler(({ context, input }) => context.datasets.curate.rows(input)),
  row: area.row.handler(({ context, input }) => context.datasets.curate.row(input.recipe, input.id)),
}
