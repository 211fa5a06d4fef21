/** Datasets: files in, lists, names. Long work becomes a job; what is wrong with a path is said at once. */
import { procedures } from './procedures.ts'

const { datasets: area } = procedures

export const datasets = {
  list: area.list.handler(({ context }) => ({ datasets: context.datasets.list() })),
  inspect: area.inspect.handler(({ context, input }) => context.datasets.inspect(input.path)),
  import: area.import.handler(async ({ context, input }) => {
    const { name, bytes } = await context.datasets.file(input.path)
    const job = context.jobs.start(
      { kind: 'import', label: `Importing ${name}`, unit: 'bytes', total: bytes },
      async (control) => {
        const onProgress = (share: number) => control.progress(Math.round(share * bytes))
        const { dataset, note } = await context.datasets.import(input, { signal: control.signal, onProgress })
        if (note !== null) control.note(note)
        return dataset.id
      },
    )
    return { job }
  }),
  generateLab: area.generateLab.handler(({ context, input }) => {
    const { set, rows } = input
    const job = context.jobs.start(
      { kind: 'generate', label: `Making ${rows.toLocaleString('en')} ${set} lab rows`, unit: 'rows', total: rows },
      async (control) => {
        const onProgress = (share: number) => control.progress(Math.round(share * rows))
        const { dataset, note } = await context.datasets.generateLab(input, { signal: control.signal, onProgress })
        if (note !== null) control.note(note)
        return dataset.id
      },
    )
    return { job }
  }),
  rename: area.rename.handler(({ context, input }) => {
    context.datasets.rename(input.id, input.name)
    return {}
  }),
  export: area.export.handler(({ context, input, signal }) =>
    context.datasets.export(input.id, input.path, { signal }),
  ),
  remove: area.remove.handler(({ context, input }) => {
    context.datasets.remove(input.id)
    return {}
  }),
  restore: area.restore.handler(({ context, input }) => {
    context.datasets.restore(input.id)
    return {}
  }),
}
