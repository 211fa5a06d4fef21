/** Rows of the lab task as a file of the lab's own form, so that a made dataset and its export, read again, are one. */
import { labRows, type LabRequest } from '#tasks/lab/generator.ts'
import type { ColumnMapping } from '#shared/contract/datasets.ts'
import { cancelled } from './duck.ts'
import { writeFileWith } from './files/block-writer.ts'
import { labExport } from './subsets/export-form.ts'

export const labMapping: ColumnMapping = { ...labExport, scores: [] }

const pieceRows = 2000

/** Writes them in pieces and lets the engine's loop turn in between. Throws `input.invalid`, `workspace.full`, `cancelled`. */
export async function writeLabRows(
  request: LabRequest,
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: ((share: number) => void) | undefined },
): Promise<void> {
  await writeFileWith(file, async (write) => {
    for (let from = 0; from < request.rows; from += pieceRows) {
      if (options.signal?.aborted) throw cancelled()
      const rows = labRows({ ...request, from, rows: Math.min(pieceRows, request.rows - from) })
      const lines = Array.from(
        rows,
        ({ prompt, trajectory, answer }) => `${JSON.stringify({ prompt, trajectory, answer })}\n`,
      )
      await write(lines.join(''))
      await new Promise((resolve) => setImmediate(resolve))
      options.onProgress?.((from + lines.length) / request.rows)
    }
  })
}
