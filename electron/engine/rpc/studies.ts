import { procedures } from './procedures.ts'

const { studies: area } = procedures

export const studies = {
  list: area.list.handler(async ({ context }) => ({ studies: await context.studies.list() })),
  startQuick: area.startQuick.handler(({ context, input }) => ({ id: context.studies.startQuick(input.seed, false) })),
  startPaper: area.startPaper.handler(({ context, input }) => context.studies.startPaper(input.budgetMinutes, false)),
  cancel: area.cancel.handler(({ context, input }) => {
    context.studies.cancel(input.id)
    return {}
  }),
  resume: area.resume.handler(({ context, input }) => {
    context.studies.resume(input.id)
    return {}
  }),
  report: area.report.handler(({ context, input }) => context.studies.report(input.id)),
}
