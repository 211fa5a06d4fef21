import { procedures } from './procedures.ts'

/** How long a view waits for fits that are not made yet; they follow with a notice. */
const patienceMs = 1_500

export const analysis = {
  switchPoint: procedures.analysis.switchPoint.handler(({ context, input }) => context.curves.switchPoint(input.run)),
  curves: procedures.analysis.curves.handler(async ({ context, input }) => ({
    curves: await context.curves.curves(input.study, patienceMs, input.metric),
  })),
}
