/**
 * The safetensors format in memory, float32 only: what a checkpoint's files are made of; every other tool of the field reads them.
 * Source  huggingface/safetensors, README "Format".
 */
import { headerLength, lengthBytes, parseHeader, tensorHeader } from '../../model/hugging-face/safetensors-header.ts'
import { sizeOf } from '../../tensor/dtype.ts'

export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
  readonly metadata: Readonly<Record<string, string>>
}

/** The file's bytes as chunks, ready to be written one after the other: header first, then each tensor's own memory. */
export function encodeTensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  for (const { name, shape, data } of tensors)
    if (sizeOf(shape) !== data.length) throw new Error(`safetensors: ${name} has ${data.length} values for [${shape}]`)
  const header = tensorHeader(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' })),
    metadata,
  )
  return [header, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]
}

/** Reads a whole file. Throws an Error that says what is wrong with it: the caller knows the path and makes a Failure of it. */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const dataStart = lengthBytes + headerLength(buffer, buffer.length)
  const { entries, metadata } = parseHeader(buffer.toString('utf8', lengthBytes, dataStart))
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  let expected = 0
  for (const { name, dtype, shape, from, to } of entries) {
    if (dtype !== 'F32') throw new Error(`tensor ${name} is ${dtype}; checkpoints hold F32`)
    if (from !== expected || to - from !== sizeOf(shape) * 4 || dataStart + to > buffer.length)
      throw new Error(`tensor ${name} lies at [${from}, ${to}], which does not fit its shape [${shape}] or the file`)
    expected = to
    tensors.set(name, { shape, data: floats(buffer, dataStart + from, sizeOf(shape)) })
  }
  if (dataStart + expected !== buffer.length)
    throw new Error(`${buffer.length - dataStart - expected} bytes lie behind the last tensor`)
  return { tensors, metadata }
}

/** A copy: it is aligned, and does not keep the whole file in memory. */
function floats(buffer: Buffer, from: number, count: number): Float32Array {
  const data = new Float32Array(count)
  new Uint8Array(data.buffer).set(buffer.subarray(from, from + count * 4))
  return data
}
