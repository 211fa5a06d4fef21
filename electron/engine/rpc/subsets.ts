import { procedures } from './procedures.ts'

const { subsets: area } = procedures

export const subsets = {
  list: area.list.handler(({ context }) => ({ subsets: context.datasets.subsets.list() })),
  create: area.create.handler(({ context, input, signal }) =>
    context.datasets.subsets.create(input.recipe, { signal }),
  ),
  export: area.export.handler(({ context, input, signal }) =>
    context.datasets.subsets.export(input.id, input.path, { signal }),
  ),
  remove: area.remove.handler(({ context, input }) => {
    context.datasets.subsets.remove(input.id)
    return {}
  }),
  restore: area.restore.handler(({ context, input }) => {
    context.datasets.subsets.restore(input.id)
    return {}
  }),
}
