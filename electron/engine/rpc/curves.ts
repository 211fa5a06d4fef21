import { isUpload, uploadId } from '../datasets/uploads.ts'
import { procedures } from './procedures.ts'

export const curves = {
  import: procedures.curves.import.handler(async ({ context, input }) => {
    const { uploads } = context.datasets
    const imported = await context.curveImports.import(await uploads.file(input.path))
    if (isUpload(input.path)) await uploads.abandon(uploadId(input.path))
    return imported
  }),
}
