/**
 * A file's bytes in order, unpacked where it is packed. A packed file that was cut off, or is damaged from some place on,
 * gives all that came before; the end then says so, and the rows that were whole are not lost.
 */
import { createReadStream } from 'node:fs'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { cancelled } from '../duck.ts'
import { unreadable, type LocalFile } from '../local-file.ts'
import type { Compression } from './format.ts'

const pieceBytes = 1 << 20
/** Smaller: what an unpacker holds back when it meets damage is lost. */
const unpackedBytes = 1 << 16

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes of the file on disk that are through. */
  readonly onBytes?: ((done: number) => void) | undefined
}

/** Yields pieces; returns null at a proper end, or why the rest is lost. Throws `file.unreadable`, `cancelled`. */
export async function* readBytes(
  file: LocalFile,
  compression: Compression,
  options: ReadOptions = {},
): AsyncGenerator<Buffer, string | null, void> {
  const { signal, onBytes } = options
  const disk = createReadStream(file.path, { highWaterMark: pieceBytes })
  const inflate =
    compression === 'gzip'
      ? createGunzip({ chunkSize: unpackedBytes })
      : compression === 'zstd'
        ? createZstdDecompress({ chunkSize: unpackedBytes })
        : null
  let diskError: NodeJS.ErrnoException | undefined
  disk.on('error', (error) => {
    diskError = error
    inflate?.destroy(error)
  })
  const source = inflate ? disk.pipe(inflate) : disk
  try {
    for await (const piece of source) {
      if (signal?.aborted) throw cancelled()
      onBytes?.(disk.bytesRead)
      yield piece as Buffer
    }
    return null
  } catch (error) {
    if (diskError) throw unreadable(file.name, diskError)
    const code = (error as { code?: string }).code ?? ''
    if (inflate && /^(Z_|ZSTD_|ERR_ZLIB|ERR_ZSTD)/.test(code)) {
      return /BUF_ERROR|unexpected end|truncat/i.test(`${code} ${(error as Error).message}`)
        ? 'the packed file ends in the middle'
        : 'the packed file is damaged from here on'
    }
    throw error
  } finally {
    disk.destroy()
    inflate?.destroy()
  }
}
