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

/** The next bytes of a file, in a memory of their own. */
export type TakeBytes = (length: number) => Uint8Array<ArrayBuffer>

/** Reads a whole file from its bytes. Throws as `readTensors`. */
export function decodeTensors(bytes: Uint8Array): TensorFile {
  let at = 0
  return readTensors(bytes.length, (length) => new Uint8Array(bytes.subarray(at, (at += length))))
}

/**
 * Reads a file of `size` bytes from its beginning to its end, each tensor into its own memory: the file never stands there too.
 * Throws an Error that says what is wrong with it: the caller knows the path and makes a Failure of it.
 */
export function readTensors(size: number, take: TakeBytes): TensorFile {
  const first = take(Math.min(lengthBytes, size))
  const dataStart = lengthBytes + headerLength(first, size)
  const { entries, metadata } = parseHeader(Buffer.from(take(dataStart - lengthBytes)).toString('utf8'))
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  let expected = 0
  for (const { name, dtype, shape, from, to } of entries) {
    if (dtype !== 'F32') throw new Error(`tensor ${name} is ${dtype}; checkpoints hold F32`)
    if (from !== expected || to - from !== sizeOf(shape) * 4 || dataStart + to > size)
      throw new Error(`tensor ${name} lies at [${from}, ${to}], which does not fit its shape [${shape}] or the file`)
    expected = to
    tensors.set(name, { shape, data: new Float32Array(take(to - from).buffer) })
  }
  if (dataStart + expected !== size) throw new Error(`${size - dataStart - expected} bytes lie behind the last tensor`)
  return { tensors, metadata }
}
