/**
 * The second way in for a file that has no path here (dropped into a browser): its bytes come in order, in pieces, and then
 * `upload:ID` is a path. Files lie under a name of ours; the user's name is only shown. What was left behind by an earlier
 * engine is removed at its start.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { open, rm, stat, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { newId } from '../ids.ts'
import { asFailure } from './duck.ts'
import { localFile, type LocalFile } from './local-file.ts'

export interface Uploads {
  /** Throws `input.invalid` for a file that is too large, `workspace.full` where it cannot fit. */
  begin(name: string, bytes: number): Promise<string>
  /** Returns the bytes received so far. A piece sent twice does no harm; one out of order is refused. */
  append(id: string, offset: number, data: Uint8Array): Promise<number>
  /** Forgets it and its bytes; unknown ids too. */
  abandon(id: string): Promise<void>
  /** A path of this machine, or `upload:ID` of a whole upload. Throws `file.missing`, `file.unreadable`, `input.invalid`. */
  file(path: string): Promise<LocalFile>
}

const prefix = 'upload:'
export const isUpload = (path: string) => path.startsWith(prefix)
export const uploadId = (path: string) => path.slice(prefix.length)

const mostBytes = 64 * 2 ** 30
const mostPieceBytes = 16 * 2 ** 20

interface Upload {
  readonly name: string
  readonly bytes: number
  received: number
  /** One append after the other. */
  turn: Promise<unknown>
}

export function createUploads(folder: string): Uploads {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const uploads = new Map<string, Upload>()
  const pathOf = (id: string) => join(folder, id)
  const find = (id: string): Upload => {
    const upload = uploads.get(id)
    if (upload) return upload
    throw refuse(
      `${prefix}${id}`,
      'There is no such upload; uploads end with the engine that took them.',
      'Send the file again.',
    )
  }

  async function write(id: string, upload: Upload, offset: number, data: Uint8Array): Promise<number> {
    if (offset + data.length <= upload.received) return upload.received
    if (offset !== upload.received) {
      throw refuse(
        upload.name,
        `The piece at byte ${offset} came where byte ${upload.received} is due.`,
        'Send the pieces in order.',
      )
    }
    if (offset + data.length > upload.bytes) {
      throw refuse(
        upload.name,
        `More bytes came than the ${upload.bytes} that were announced.`,
        'Begin the upload again with the right size.',
      )
    }
    const handle = await open(pathOf(id), 'r+')
    try {
      for (let at = 0; at < data.length;)
        at += (await handle.write(data, at, data.length - at, offset + at)).bytesWritten
    } finally {
      await handle.close()
    }
    return (upload.received += data.length)
  }

  return {
    async begin(name, bytes) {
      if (bytes > mostBytes)
        throw refuse(
          name,
          `The file is larger than ${mostBytes / 2 ** 30} GB.`,
          'Copy it to the machine and name its path.',
        )
      const { bavail, bsize } = await statfs(folder)
      if (bytes > bavail * bsize) {
        throw new Failure({
          code: 'workspace.full',
          message: `The file has ${Math.ceil(bytes / 1e6)} MB; the disk has ${Math.floor((bavail * bsize) / 1e6)} MB left.`,
          input: name,
          remedy: 'Free some space, or move the workspace to a larger disk.',
        })
      }
      const id = newId('up')
      await (await open(pathOf(id), 'wx')).close()
      uploads.set(id, {
        name: basename(name.replaceAll('\\', '/')) || 'upload',
        bytes,
        received: 0,
        turn: Promise.resolve(),
      })
      return id
    },
    append(id, offset, data) {
      const upload = find(id)
      if (data.length > mostPieceBytes)
        throw refuse(upload.name, `A piece has at most ${mostPieceBytes >> 20} MB.`, 'Send smaller pieces.')
      const done = upload.turn.then(() => write(id, upload, offset, data))
      upload.turn = done.catch(() => {})
      return done.catch((error: unknown) => {
        throw asFailure(error)
      })
    },
    async abandon(id) {
      const upload = uploads.get(id)
      uploads.delete(id)
      await upload?.turn
      if (upload) await rm(pathOf(id), { force: true })
    },
    async file(path) {
      if (!isUpload(path)) return localFile(path)
      const id = uploadId(path)
      const { name, bytes, received, turn } = find(id)
      await turn
      if (received < bytes)
        throw refuse(name, `Only ${received} of ${bytes} bytes have come.`, 'Wait for the upload to end.')
      const { mtimeMs } = await stat(pathOf(id))
      return { path: pathOf(id), name, folder: '', bytes, modifiedMs: mtimeMs }
    },
  }
}

const refuse = (input: string, message: string, remedy: string) =>
  new Failure({ code: 'input.invalid', message, input, remedy })
