/**
 * Between stored parameters and Hugging Face's tensors: stacks and unstacks rows, and changes the pairing of rotary rows.
 * Hugging Face pairs row j of a head with row j + hd/2; we store the two side by side (`rope.ts` says why).
 */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sizeOf } from '../tensor/dtype.ts'
import type { Parameter } from './parameter.ts'

export type NamedArrays = ReadonlyMap<string, Float32Array>

/** A stored array from Hugging Face's. @throws Failure 'checkpoint.incompatible' when one is missing or of another size. */
export function storedArray(
  { shape, parts }: Parameter,
  { headSize }: ModelShape,
  tensorOf: (name: string) => Float32Array | undefined,
): Float32Array {
  const array = new Float32Array(sizeOf(shape))
  let offset = 0
  for (const part of parts) {
    const data = tensorOf(part.name)
    if (data?.length !== sizeOf(part.shape)) throw unfit(part.name, part.shape, data?.length)
    array.set(part.isRotary ? rotaryRows(data, part.shape, headSize, 'interleave') : data, offset)
    offset += data.length
  }
  return array
}

/** Hugging Face's tensors of one stored array, as [name, numbers]. */
export function tensorsOf(
  { parts }: Parameter,
  { headSize }: ModelShape,
  stored: Float32Array,
): [string, Float32Array][] {
  let offset = 0
  return parts.map(({ name, shape, isRotary }) => {
    const data = stored.slice(offset, offset + sizeOf(shape))
    offset += data.length
    return [name, isRotary ? rotaryRows(data, shape, headSize, 'separate') : data]
  })
}

/** Stored arrays by stored name. @throws as `storedArray`. */
export const toStored = (parameters: readonly Parameter[], shape: ModelShape, tensors: NamedArrays) =>
  new Map(parameters.map((parameter) => [parameter.name, storedArray(parameter, shape, (name) => tensors.get(name))]))

/** Hugging Face's arrays by its names, from stored ones. */
export const fromStored = (parameters: readonly Parameter[], shape: ModelShape, stored: NamedArrays) =>
  new Map(parameters.flatMap((parameter) => tensorsOf(parameter, shape, stored.get(parameter.name)!)))

/** Checks sizes without reading numbers (which may lie on disk). @throws as `storedArray`. */
export function checkSizes(
  parameters: readonly Parameter[],
  weights: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): void {
  for (const { name, shape } of parameters.flatMap(({ parts }) => parts)) {
    const given = weights.get(name)?.shape
    if (given === undefined || sizeOf(given) !== sizeOf(shape)) throw unfit(name, shape, given && sizeOf(given))
  }
}

/** Parameters in groups small enough to be copied at once: a large model need not stand in memory twice. */
export function parameterGroups(parameters: readonly Parameter[]): Parameter[][] {
  const groups: Parameter[][] = []
  let numbers = Infinity
  for (const parameter of parameters) {
    const size = sizeOf(parameter.shape)
    if (numbers + size > numbersAtOnce) {
      groups.push([])
      numbers = 0
    }
    groups.at(-1)!.push(parameter)
    numbers += size
  }
  return groups
}

const numbersAtOnce = 1 << 25

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
