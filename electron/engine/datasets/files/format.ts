/** What a data file is, told from its first bytes rather than from its name: compression, then format. */
import { open } from 'node:fs/promises'
import { constants, createGunzip, createZstdDecompress, type Zlib } from 'node:zlib'
import type { Inspection } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { unreadable, type LocalFile } from '../local-file.ts'

export type Compression = 'none' | 'gzip' | 'zstd'
export type Format = Inspection['format']

export interface FileFormat {
  readonly compression: Compression
  readonly format: Format
}

const headBytes = 65_536

/** Throws `input.empty` for an empty file, `input.invalid` for one of a form that is not read here. */
export async function formatOf(file: LocalFile): Promise<FileFormat> {
  const packed = await readHead(file)
  if (packed.length === 0) throw empty(file)
  const compression = compressionOf(packed)
  const head = compression === 'none' ? packed : await inflatedHead(packed, compression)
  refuseOthers(file, head)
  if (compression === 'none' && starts(head, 'PAR1')) return { compression, format: 'parquet' }
  const text = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  if (text === '') throw empty(file)
  return { compression, format: textFormat(file, text) }
}

async function readHead(file: LocalFile): Promise<Buffer> {
  try {
    await using handle = await open(file.path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } catch (cause) {
    throw unreadable(file.name, cause as NodeJS.ErrnoException)
  }
}

const starts = (head: Buffer, text: string) => head.subarray(0, text.length).equals(Buffer.from(text, 'latin1'))

function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return 'none'
}

/** As much as the first packed bytes unpack to; the end of the piece is no error here. */
function inflatedHead(packed: Buffer, compression: 'gzip' | 'zstd'): Promise<Buffer> {
  const inflate: Zlib & NodeJS.ReadWriteStream =
    compression === 'gzip'
      ? createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
      : createZstdDecompress({ finishFlush: constants.ZSTD_e_flush })
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    const done = () => resolve(Buffer.concat(pieces))
    inflate.on('data', (piece: Buffer) => pieces.push(piece))
    inflate.on('end', done)
    inflate.on('error', done)
    inflate.end(packed)
  })
}

const foreign: readonly (readonly [magic: string, what: string, remedy: string])[] = [
  ['\xff\xfe', 'UTF-16 text', 'Save it as UTF-8.'],
  ['\xfe\xff', 'UTF-16 text', 'Save it as UTF-8.'],
  ['PK\x03\x04', 'a zip archive', 'Unpack it and import the file inside.'],
  ['BZh', 'a bzip2 file', 'Unpack it, or pack it with gzip or zstd.'],
  ['\xfd7zXZ', 'an xz file', 'Unpack it, or pack it with gzip or zstd.'],
  ['ARROW1', 'an Arrow file', 'Write it as Parquet or JSONL.'],
  ['\x93NUMPY', 'a NumPy file', 'Write it as Parquet or JSONL.'],
]

function refuseOthers(file: LocalFile, head: Buffer): void {
  for (const [magic, what, remedy] of foreign) if (starts(head, magic)) throw unknown(file, `This is ${what}.`, remedy)
}

function textFormat(file: LocalFile, text: string): Format {
  const name = file.name.toLowerCase().replace(/\.(gz|gzip|zst|zstd)$/, '')
  if (/\.(jsonl|ndjson)$/.test(name)) return 'jsonl'
  if (/\.(csv|tsv)$/.test(name)) return 'csv'
  if (text.startsWith('[')) return 'json'
  const line = text.split('\n', 1)[0]!
  if (text.startsWith('{')) {
    if (isJson(line) || !/^\{\s*("|$)/.test(line) || !name.endsWith('.json')) return 'jsonl'
    throw unknown(
      file,
      'This is one JSON object, not a list of rows.',
      'Write an array of objects, or one object a line (JSONL).',
    )
  }
  if (/[,;\t|]/.test(line) && !text.includes('\0')) return 'csv'
  throw unknown(file, 'The file is neither JSONL, JSON, CSV nor Parquet.', 'Convert it to one of them.')
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

const empty = (file: LocalFile) =>
  new Failure({
    code: 'input.empty',
    message: 'The file is empty.',
    input: file.name,
    remedy: 'Choose a file with rows in it.',
  })

const unknown = (file: LocalFile, message: string, remedy: string) =>
  new Failure({ code: 'input.invalid', message, input: file.name, remedy })
