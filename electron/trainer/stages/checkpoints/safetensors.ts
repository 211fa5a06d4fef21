/**
 * The safetensors format, float32 only: 8 bytes of header length (little-endian), a JSON header of names, shapes and byte
 * ranges, then the bytes. What a checkpoint's files are made of; every other tool of the field reads them.
 * Source  huggingface/safetensors, README "Format". Header bounds are checked before anything is allocated.
 */
import * as z from 'zod'

export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
  readonly metadata: Readonly<Record<string, string>>
}

const maxHeaderBytes = 100 * 1024 * 1024
const metadataKey = '__metadata__'

const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})

/** The file's bytes as chunks, ready to be written one after the other: header first, then each tensor's own memory. */
export function encodeTensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  for (const { name, shape, data } of tensors)
    if (elements(shape) !== data.length)
      throw new Error(`safetensors: ${name} has ${data.length} values for [${shape}]`)
  const header = tensorHeader(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' })),
    metadata,
  )
  return [header, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]
}

const bytesOf = { F32: 4, BF16: 2 } as const

/** What a file begins with; the tensors' numbers follow in the same order. */
export function tensorHeader(
  tensors: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly dtype: keyof typeof bytesOf
  }[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.assign(Object.create(null), { [metadataKey]: metadata }) // no inherited names
  let offset = 0
  for (const { name, shape, dtype } of tensors) {
    if (name === metadataKey || name in header) throw new Error(`safetensors: the name ${name} is taken`)
    const end = offset + elements(shape) * bytesOf[dtype]
    header[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = JSON.stringify(header)
  // Padded with spaces so that the tensors begin at a multiple of eight.
  const text = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text])
}

/** Reads a whole file. Throws an Error that says what is wrong with it: the caller knows the path and makes a Failure of it. */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < 8) throw new Error(`it has ${buffer.length} bytes, too few for a header`)
  const headerBytes = buffer.readBigUInt64LE(0)
  if (headerBytes > BigInt(Math.min(maxHeaderBytes, buffer.length - 8)))
    throw new Error(`its header says ${headerBytes} bytes, the file has ${buffer.length}`)
  const dataStart = 8 + Number(headerBytes)
  const header = parseHeader(buffer.toString('utf8', 8, dataStart))
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  let expected = 0
  for (const { name, dtype, shape, from, to } of inFileOrder(header)) {
    if (dtype !== 'F32') throw new Error(`tensor ${name} is ${dtype}; checkpoints hold F32`)
    if (from !== expected || to - from !== elements(shape) * 4 || dataStart + to > buffer.length)
      throw new Error(`tensor ${name} lies at [${from}, ${to}], which does not fit its shape [${shape}] or the file`)
    expected = to
    tensors.set(name, { shape, data: floats(buffer, dataStart + from, elements(shape)) })
  }
  if (dataStart + expected !== buffer.length)
    throw new Error(`${buffer.length - dataStart - expected} bytes lie behind the last tensor`)
  return { tensors, metadata: z.record(z.string(), z.string()).catch({}).parse(header[metadataKey]) }
}

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1)

/** The entries by where they lie: a JSON object's own order is not the file's (names like "7" come first). */
function inFileOrder(header: Record<string, unknown>) {
  return Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => {
      const parsed = Entry.safeParse(value)
      if (!parsed.success) throw new Error(`its entry ${name} is not one of safetensors`)
      const { dtype, shape, data_offsets } = parsed.data
      return { name, dtype, shape, from: data_offsets[0], to: data_offsets[1] }
    })
    .sort((a, b) => a.from - b.from || a.to - b.to)
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch {
    throw new Error('its header is not JSON')
  }
}

/** A copy: it is aligned, and does not keep the whole file in memory. */
function floats(buffer: Buffer, from: number, count: number): Float32Array {
  const data = new Float32Array(count)
  new Uint8Array(data.buffer).set(buffer.subarray(from, from + count * 4))
  return data
}
