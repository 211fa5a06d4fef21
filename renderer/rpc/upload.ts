/** A file's bytes to the engine, for where it has no path (a browser tab): pieces in order, then `upload:ID` is its path. */
import type { Engine } from './engine.ts'

export const pieceBytes = 4 * 1024 * 1024

export interface UploadProgress {
  readonly sent: number
  readonly total: number
}

/** The path to use in `inspect` and `import`. Aborting the signal takes back what was sent. */
export async function upload(
  { uploads }: Pick<Engine, 'uploads'>,
  file: File,
  progress: (now: UploadProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  const { id } = await uploads.begin({ name: file.name, bytes: file.size })
  try {
    for (let offset = 0; offset < file.size; offset += pieceBytes) {
      signal.throwIfAborted()
      const data = file.slice(offset, offset + pieceBytes)
      const { received } = await uploads.append({ id, offset, data }, { signal })
      progress({ sent: received, total: file.size })
    }
  } catch (error) {
    await uploads.abandon({ id }).catch(() => undefined)
    throw error
  }
  return `upload:${id}`
}
