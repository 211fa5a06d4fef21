/**
 * The header of a safetensors file: 8 bytes of length (little-endian), then JSON of names, types, shapes and byte ranges; the
 * tensors' bytes follow it.
 * Source  huggingface/safetensors, README "Format".
 */
import * as z from 'zod'
import { sizeOf } from '../../tensor/dtype.ts'

/** Bytes of a number, by the format's names of the types that are trained. */
export const bytesOf = { F32: 4, BF16: 2, F16: 2 } as const
export type StoredType = keyof typeof bytesOf

/** Bytes that say how long the header is. */
export const lengthBytes = 8
const maxHeaderBytes = 100 * 1024 * 1024
const metadataKey = '__metadata__'

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})

export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Where its bytes lie, counted from the end of the header. */
  readonly from: number
  readonly to: number
}

/** What a file begins with; the tensors' numbers follow in the same order. */
export function tensorHeader(
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: StoredType }[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.assign(Object.create(null), { [metadataKey]: metadata }) // no inherited names
  let offset = 0
  for (const { name, shape, dtype } of tensors) {
    if (name === metadataKey || name in header) throw new Error(`safetensors: the name ${name} is taken`)
    const end = offset + sizeOf(shape) * bytesOf[dtype]
    header[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = JSON.stringify(header)
  // Padded with spaces so that the tensors begin at a multiple of eight.
  const text = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)))
  const length = Buffer.alloc(lengthBytes)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text])
}

/** Bytes of the header by the first eight of the file, checked before anything is allocated. Throws an Error that says what is wrong. */
export function headerLength(first: Uint8Array, fileSize: number): number {
  if (fileSize < lengthBytes) throw new Error(`it has ${fileSize} bytes, too few for a header`)
  const length = Buffer.from(first.buffer, first.byteOffset, first.byteLength).readBigUInt64LE(0)
  if (length > BigInt(Math.min(maxHeaderBytes, fileSize - lengthBytes)))
    throw new Error(`its header says ${length} bytes, the file has ${fileSize}`)
  return Number(length)
}

/**
 * A header's entries by where they lie (a JSON object's own order is not the file's: names like "7" come first), and the metadata.
 * Throws an Error that says what is wrong.
 */
export function parseHeader(text: string): {
  readonly entries: readonly TensorEntry[]
  readonly metadata: Readonly<Record<string, string>>
} {
  const header = tableOf(text)
  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => {
      const parsed = Entry.safeParse(value)
      if (!parsed.success) throw new Error(`its entry ${name} is not one of safetensors`)
      const { dtype, shape, data_offsets } = parsed.data
      return { name, dtype, shape, from: data_offsets[0], to: data_offsets[1] }
    })
    .sort((a, b) => a.from - b.from || a.to - b.to)
  return { entries, metadata: z.record(z.string(), z.string()).catch({}).parse(header[metadataKey]) }
}

function tableOf(text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('its header is not JSON')
  }
  const table = z.record(z.string(), z.unknown()).safeParse(json)
  if (!table.success) throw new Error('its header is not a table of tensors')
  return table.data
}
