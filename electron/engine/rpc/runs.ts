import { procedures } from './procedures.ts'

export const runs = {
  list: procedures.runs.list.handler(({ context, input }) => ({ runs: context.runs.list(input.deleted) })),
}
