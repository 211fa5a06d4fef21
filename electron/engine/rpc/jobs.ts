import { procedures } from './procedures.ts'

export const jobs = {
  list: procedures.jobs.list.handler(({ context }) => ({ jobs: context.jobs.list() })),
  cancel: procedures.jobs.cancel.handler(({ context, input }) => {
    context.jobs.cancel(input.id)
    return {}
  }),
}
