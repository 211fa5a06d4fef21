import { procedures } from './procedures.ts'

const { uploads: area } = procedures

export const uploads = {
  begin: area.begin.handler(async ({ context, input }) => ({
    id: await context.datasets.uploads.begin(input.name, input.bytes),
  })),
  append: area.append.handler(async ({ context, input }) => {
    const bytes = new Uint8Array(await input.data.arrayBuffer())
    return { received: await context.datasets.uploads.append(input.id, input.offset, bytes) }
  }),
  abandon: area.abandon.handler(async ({ context, input }) => {
    await context.datasets.uploads.abandon(input.id)
    return {}
  }),
}
