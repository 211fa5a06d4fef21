/**
 * A safetensors file, read a tensor at a time: its header is checked whole when it is opened, numbers are read when they are asked
 * for, so that a model of many gigabytes never stands in memory twice. f32, bf16 and f16 come as float32.
 * Source  huggingface/safetensors, README "Format".
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { Failure } from '#shared/contract/failure.ts'
import { sizeOf } from '../../tensor/dtype.ts'
import { widenBfloat16, widenFloat16 } from './half-floats.ts'
import { bytesOf, headerLength, lengthBytes, parseHeader, type StoredType } from './safetensors-header.ts'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly dtype: StoredType
  /** A fresh array at each call. @throws Failure 'file.unreadable'. */
  read(): Float32Array
}

export interface SafetensorsFile {
  readonly path: string
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** The header's bytes: with the file's size, what tells one model's layout from another's. */
  readonly header: Uint8Array
  readonly size: number
}

/**
 * Opens a file and checks that every tensor lies where its shape says, one after the other, up to the file's end.
 * @throws Failure 'file.missing', or 'file.unreadable' for a torn or foreign file and for numbers of a type that is not trained.
 */
export function openSafetensors(path: string): SafetensorsFile {
  return withFile(path, (file) => {
    const { size } = fstatSync(file)
    const first = readBytes(path, file, 0, Math.min(lengthBytes, size))
    const header = readBytes(path, file, lengthBytes, headerLength(first, size))
    const start = lengthBytes + header.length
    const tensors = new Map<string, StoredTensor>()
    let expected = 0
    for (const { name, dtype, shape, from, to } of parseHeader(Buffer.from(header).toString('utf8')).entries) {
      if (!isStoredType(dtype))
        throw broken(path, `tensor ${name} is ${dtype}; f32, bf16 and f16 weights can be trained`)
      if (from !== expected || to - from !== sizeOf(shape) * bytesOf[dtype])
        throw broken(
          path,
          `tensor ${name} lies at [${from}, ${to}], which does not fit its shape [${shape.join(', ')}]`,
        )
      expected = to
      tensors.set(name, { shape, dtype, read: () => readTensor(path, start + from, sizeOf(shape), dtype) })
    }
    if (start + expected !== size) throw broken(path, `it has ${size} bytes where its tensors need ${start + expected}`)
    return { path, tensors, header, size }
  })
}

const isStoredType = (dtype: string): dtype is StoredType => dtype in bytesOf

function readTensor(path: string, position: number, length: number, dtype: StoredType): Float32Array {
  const values = new Float32Array(length)
  const bytes = new Uint8Array(values.buffer)
  // Halves are read into the end of their own result and widened from the front.
  const target = bytes.subarray(bytes.length - length * bytesOf[dtype])
  withFile(path, (file) => fill(path, file, position, target))
  if (dtype === 'BF16') widenBfloat16(values)
  if (dtype === 'F16') widenFloat16(values)
  return values
}

/** Bytes of a file. @throws Failure 'file.unreadable' when it ends before. */
export function readBytes(path: string, file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  fill(path, file, position, bytes)
  return bytes
}

function fill(path: string, file: number, position: number, target: Uint8Array): void {
  for (let done = 0; done < target.length;) {
    // One system call moves at most 2 GiB.
    const got = readSync(file, target, done, Math.min(target.length - done, 1 << 30), position + done)
    if (got === 0) throw broken(path, `it ends before byte ${position + done}`)
    done += got
  }
}

/** Runs with an open file. @throws Failure 'file.missing' or 'file.unreadable'. */
export function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw isMissing
      ? new Failure(
          { code: 'file.missing', message: 'A file of the model is missing.', input: path, remedy: redownload },
          { cause },
        )
      : broken(path, (cause as Error).message)
  }
  try {
    return use(file)
  } catch (error) {
    // A folder opens, and a disk may fail later.
    throw error instanceof Failure ? error : broken(path, (error as Error).message, error)
  } finally {
    closeSync(file)
  }
}

const redownload = 'Download the model again; a download that broke off leaves half files.'

const broken = (path: string, what: string, cause?: unknown) =>
  new Failure(
    { code: 'file.unreadable', message: `The weights cannot be read: ${what}.`, input: path, remedy: redownload },
    { cause },
  )
