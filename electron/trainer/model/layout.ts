/**
 * Between stored parameters and Hugging Face's tensors: stacks and unstacks rows, and changes the pairing of rotary rows.
 * Hugging Face pairs row j of a head with row j + hd/2; we store the two side by side (`rope.ts` says why).
 */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sizeOf } from '../tensor/dtype.ts'
import type { Parameter } from './parameters.ts'

export type NamedArrays = ReadonlyMap<string, Float32Array>

/** Stored arrays by stored name, from Hugging Face's. @throws Failure 'checkpoint.incompatible' when one is missing or of another size. */
export function toStored(
  parameters: readonly Parameter[],
  { headSize }: ModelShape,
  tensors: NamedArrays,
): Map<string, Float32Array> {
  const stored = new Map<string, Float32Array>()
  for (const { name, shape, parts } of parameters) {
    const array = new Float32Array(sizeOf(shape))
    let offset = 0
    for (const part of parts) {
      const data = tensors.get(part.name)
      if (data?.length !== sizeOf(part.shape)) throw unfit(part.name, part.shape, data?.length)
      array.set(part.isRotary ? rotaryRows(data, part.shape, headSize, 'interleave') : data, offset)
      offset += data.length
    }
    stored.set(name, array)
  }
  return stored
}

/** Hugging Face's arrays by its names, from stored ones. */
export function fromStored(
  parameters: readonly Parameter[],
  { headSize }: ModelShape,
  stored: NamedArrays,
): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>()
  for (const { name, parts } of parameters) {
    let offset = 0
    for (const { name: partName, shape, isRotary } of parts) {
      const data = stored.get(name)!.slice(offset, offset + sizeOf(shape))
      tensors.set(partName, isRotary ? rotaryRows(data, shape, headSize, 'separate') : data)
      offset += data.length
    }
  }
  return tensors
}

/** Rows (j, j + hd/2) of each head to (2j, 2j + 1), or back. Shapes  data [heads hd, columns]. */
function rotaryRows(
  data: Float32Array,
  shape: readonly number[],
  headSize: number,
  direction: 'interleave' | 'separate',
): Float32Array {
  const [rows, columns] = [shape[0]!, sizeOf(shape.slice(1))]
  const result = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    const [head, j] = [Math.floor(row / headSize), row % headSize]
    const half = headSize / 2
    const paired = head * headSize + (j < half ? 2 * j : 2 * (j - half) + 1)
    const [from, to] = direction === 'interleave' ? [row, paired] : [paired, row]
    result.set(data.subarray(from * columns, (from + 1) * columns), to * columns)
  }
  return result
}

const unfit = (name: string, shape: readonly number[], length: number | undefined) =>
  new Failure({
    code: 'checkpoint.incompatible',
    message:
      length === undefined
        ? 'A weight that the model needs is missing.'
        : `A weight has ${length} numbers instead of ${sizeOf(shape)}.`,
    input: `${name} [${shape.join(', ')}]`,
    remedy: 'Start from a checkpoint of the same model shape.',
  })
