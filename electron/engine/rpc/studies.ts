import type { EngineContext } from '../context.ts'
import { assertStudies } from '../system/without-tensorflow.ts'
import { procedures } from './procedures.ts'

const { studies: area } = procedures

export const studies = {
  list: area.list.handler(async ({ context }) => ({
    studies: [...(await context.studies.list()), ...context.searches.list()].sort((a, b) => b.startedAt - a.startedAt),
  })),
  startQuick: area.startQuick.handler(({ context, input }) => {
    assertStudies('quick')
    return { id: context.studies.startQuick(input.seed, false) }
  }),
  startPaper: area.startPaper.handler(({ context, input }) => {
    assertStudies('paper')
    return context.studies.startPaper(input.budgetMinutes, false)
  }),
  cancel: area.cancel.handler(({ context, input }) => {
    serviceOf(context, input.id).cancel(input.id)
    return {}
  }),
  resume: area.resume.handler(({ context, input }) => {
    assertStudies('resume')
    serviceOf(context, input.id).resume(input.id)
    return {}
  }),
  report: area.report.handler(({ context, input }) => context.studies.report(input.id)),
  planSwitch: area.planSwitch.handler(({ context, input }) => context.searches.plan(input)),
  startSwitch: area.startSwitch.handler(async ({ context, input: { detach, ...request } }) => {
    assertStudies('switch')
    return { id: await context.searches.start(request, detach) }
  }),
  switchSearch: area.switchSearch.handler(({ context, input }) => context.searches.search(input.id)),
}

const serviceOf = ({ studies: plans, searches }: EngineContext, id: string) => (searches.owns(id) ? searches : plans)
