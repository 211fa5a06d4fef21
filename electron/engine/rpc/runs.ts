import { parseSpec, printSpec } from '../experiments/spec-yaml.ts'
import { presets } from '../experiments/presets.ts'
import { exportRun } from '../runs/export-run.ts'
import { assertTrainable } from '../system/without-tensorflow.ts'
import { procedures } from './procedures.ts'

const { runs: area } = procedures

export const runs = {
  list: area.list.handler(({ context, input }) => ({ runs: context.runs.list(input.deleted) })),
  get: area.get.handler(({ context, input }) => context.runs.get(input.id)),
  keys: area.keys.handler(({ context, input }) => ({ keys: context.runs.keys(input.id) })),
  metrics: area.metrics.handler(({ context, input }) => ({ series: context.runs.metrics(input) })),
  evaluations: area.evaluations.handler(({ context, input }) => ({ points: context.runs.evaluations(input.id) })),
  events: area.events.handler(({ context, input }) => ({
    events: context.runs.events(input.id, input.offset, input.limit),
  })),
  samples: area.samples.handler(({ context, input }) => context.runs.samples(input)),
  log: area.log.handler(({ context, input }) => ({ text: context.runs.log(input.id, input.bytes) })),
  states: area.states.handler(({ context }) => ({ states: context.runs.states() })),

  parseSpec: area.parseSpec.handler(({ input }) => parseSpec(input.yaml)),
  printSpec: area.printSpec.handler(({ input }) => ({ yaml: printSpec(input.spec) })),
  presets: area.presets.handler(() => ({ presets: presets() })),
  estimate: area.estimate.handler(({ context, input }) => {
    assertTrainable(input.spec)
    return context.estimates.of(input.spec)
  }),

  create: area.create.handler(({ context, input }) => ({
    runs: context.runs.create(input.spec, { detached: input.detach }),
  })),
  branch: area.branch.handler(({ context, input }) => context.runs.branch({ ...input, detached: false })),
  pause: area.pause.handler(({ context, input }) => done(() => context.runs.pause(input.id))),
  stop: area.stop.handler(({ context, input }) => done(() => context.runs.stop(input.id))),
  resume: area.resume.handler(({ context, input }) =>
    done(() => context.runs.resume(input.id, input.detach, input.budget)),
  ),
  leave: area.leave.handler(({ context, input }) => ({ runs: context.runs.leave(input.then) })),
  reorder: area.reorder.handler(({ context, input }) => done(() => context.runs.reorder(input.ids))),
  rename: area.rename.handler(({ context, input }) => done(() => context.runs.rename(input.id, input.name))),
  remove: area.remove.handler(({ context, input }) => done(() => context.runs.remove(input.ids))),
  restore: area.restore.handler(({ context, input }) => done(() => context.runs.restore(input.ids))),
  pin: area.pin.handler(({ context, input }) => done(() => context.runs.pin(input.id, input.step, input.pinned))),
  export: area.export.handler(({ context, input: { id, ...request }, signal }) =>
    exportRun(context.runs.get(id), request, signal),
  ),
}

function done(work: () => void): Record<string, never> {
  work()
  return {}
}
