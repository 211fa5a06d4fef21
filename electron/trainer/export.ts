/**
 * `node electron/trainer/export.ts RUN_FOLDER STEP TO F32|BF16 [adapter]`: writes a checkpoint as a model folder, or its adapters alone, and says so in one line of JSON:
 * {folder, files, bytes}, or {error} and exit code 1. Run as a child by the engine: weights never enter its memory.
 */
import { factsOf } from '#shared/contract/failure.ts'
import { exportAdapters, exportCheckpoint } from './process/export-checkpoint.ts'

const [runFolder = '', step = '', to = '', storedAs, what] = process.argv.slice(2)
try {
  const write = what === 'adapter' ? exportAdapters : exportCheckpoint
  const written = write(runFolder, Number(step), to, storedAs === 'BF16' ? 'BF16' : 'F32')
  process.stdout.write(`${JSON.stringify(written)}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: factsOf(error) })}\n`)
  process.exitCode = 1
}
