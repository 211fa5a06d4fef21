/** Adapters taken into the weights they stand on: W + α/r B A. What is left is a plain model. */
import type { LoraSettings } from '#shared/experiment/model-ref.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { PolicyState, Weight } from '../../policy.ts'
import { modelParameters, partsOf } from '../parameters.ts'
import { adapterName, projectionsOf, type Projection } from './adapters.ts'

type Weights = PolicyState['weights']

/**
 * The model's weights with adapters merged; lazy where the base is: each read of an entry's `data` works it out anew.
 * @throws Failure 'checkpoint.incompatible' when an adapter that the settings ask for is missing or of another size.
 */
export function mergedWeights(shape: ModelShape, base: Weights, adapters: Weights, lora: LoraSettings): Weights {
  const adapted = new Map(
    Array.from({ length: shape.layers }, (_, layer) => Object.values(projectionsOf(shape, layer)).flat())
      .flat()
      .filter(({ target }) => lora.targets.includes(target))
      .map((projection) => [`${projection.module}.weight`, projection]),
  )
  const matrix = (name: string, size: number): Float32Array => {
    const data = adapters.get(name)?.data
    if (data?.length !== size) throw unfit(name, size, data?.length)
    return data
  }
  const merged = ({ module, outputs, inputs }: Projection, weight: Float32Array): Float32Array => {
    const a = matrix(adapterName(module, 'A'), lora.rank * inputs)
    const b = matrix(adapterName(module, 'B'), outputs * lora.rank)
    return addProduct(weight, b, a, lora.rank, lora.alpha / lora.rank)
  }
  return new Map(
    partsOf(modelParameters(shape)).map(({ name }): [string, Weight] => {
      const weight = base.get(name)
      if (weight === undefined) throw unfit(name, 0, undefined)
      const projection = adapted.get(name)
      if (projection === undefined) return [name, weight]
      return [
        name,
        {
          shape: weight.shape,
          get data() {
            return merged(projection, weight.data)
          },
        },
      ]
    }),
  )
}

/** W + scale B A. Shapes  W [out, in], B [out, r], A [r, in]. Sums in double precision, row by row. */
function addProduct(w: Float32Array, b: Float32Array, a: Float32Array, rank: number, scale: number): Float32Array {
  const inputs = a.length / rank
  const result = new Float32Array(w.length)
  const row = new Float64Array(inputs)
  for (let out = 0; out < b.length / rank; out++) {
    row.fill(0)
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[out * rank + r]!
      const start = r * inputs
      if (factor !== 0) for (let i = 0; i < inputs; i++) row[i]! += factor * a[start + i]!
    }
    const start = out * inputs
    for (let i = 0; i < inputs; i++) result[start + i] = w[start + i]! + row[i]!
  }
  return result
}

const unfit = (name: string, size: number, length: number | undefined) =>
  new Failure({
    code: 'checkpoint.incompatible',
    message:
      length === undefined ? 'A weight or adapter is missing.' : `An adapter has ${length} numbers instead of ${size}.`,
    input: name,
    remedy: 'Merge with the model, rank and targets that the adapters were trained with.',
  })
