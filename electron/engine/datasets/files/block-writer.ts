/** A new file written block by block; each write waits for the disk, so that memory stays bounded. */
import { open } from 'node:fs/promises'
import { asFailure } from '../duck.ts'

export type WriteBlock = (block: Uint8Array | string) => Promise<void>

/** Runs `fill` with a writer; small writes are gathered. Throws `workspace.full` on a full disk, and what `fill` throws. */
export async function writeFileWith<T>(path: string, fill: (write: WriteBlock) => Promise<T>): Promise<T> {
  const handle = await open(path, 'w')
  let held: Uint8Array[] = []
  let heldBytes = 0
  const flush = async () => {
    const block = Buffer.concat(held)
    held = []
    heldBytes = 0
    for (let at = 0; at < block.length;) at += (await handle.write(block, at)).bytesWritten
  }
  try {
    const result = await fill(async (block) => {
      const bytes = typeof block === 'string' ? Buffer.from(block) : block
      held.push(bytes)
      heldBytes += bytes.length
      if (heldBytes >= gathered) await flush()
    })
    await flush()
    return result
  } catch (error) {
    throw asFailure(error)
  } finally {
    await handle.close()
  }
}

const gathered = 1 << 20
