/** Rows of the lab task as a file of the lab's own form, so that a made dataset and its export, read again, are one. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { labRows, type LabRequest } from '#tasks/lab/generator.ts'
import type { ColumnMapping } from '#shared/contract/datasets.ts'
import { asFailure, cancelled } from './duck.ts'
import { labExport } from './subsets/export-form.ts'

export const labMapping: ColumnMapping = { ...labExport, scores: [] }

const pieceRows = 2000

/** Writes them in pieces and lets the engine's loop turn in between. Throws `input.invalid`, `workspace.full`, `cancelled`. */
export async function writeLabRows(
  request: LabRequest,
  file: string,
  options: { readonly signal?: AbortSignal | undefined; readonly onProgress?: ((share: number) => void) | undefined },
): Promise<void> {
  const out = createWriteStream(file)
  let broken: Error | undefined
  out.on('error', (error) => (broken = error))
  try {
    for (let from = 0; from < request.rows; from += pieceRows) {
      if (options.signal?.aborted) throw cancelled()
      const rows = labRows({ ...request, from, rows: Math.min(pieceRows, request.rows - from) })
      const lines = Array.from(rows, ({ prompt, trajectory, answer }) => `${JSON.stringify({ prompt, trajectory, answer })}\n`)
      if (broken) throw broken
      if (!out.write(lines.join(''))) await Promise.race([once(out, 'drain'), once(out, 'close')])
      else await new Promise((resolve) => setImmediate(resolve))
      options.onProgress?.((from + lines.length) / request.rows)
    }
    out.end()
    await once(out, 'close')
    if (broken) throw broken
  } catch (error) {
    out.destroy()
    throw asFailure(error)
  }
}
