/**
 * Tracing: run a function of tensors once and write down every operation it asks TensorFlow for. tfjs sends all of them
 * (also those of its gradients) through one call of its addon, `executeOp`; while tracing, that call is overheard.
 *
 * The function really runs, on zeros, so its control flow must not depend on values. What it makes from JavaScript numbers
 * becomes a constant of the trace. A tensor from outside is refused: its value would be frozen into the graph unseen.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs'
import type { OpAttribute } from './addon.ts'
import { graphAttributes } from './attributes.ts'
import type { Backend } from './backend.ts'
import { DType, type TensorData } from './dtype.ts'
import type { Attribute, ConstantValue } from './graph.ts'

/** Where an operation's input comes from. */
export type Source =
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'constant'; readonly index: number }
  | { readonly from: 'operation'; readonly index: number; readonly output: number }

export interface TracedOperation {
  readonly op: string
  readonly inputs: readonly Source[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Types of its outputs. */
  readonly dtypes: readonly DType[]
}

export interface TraceInput {
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly number[]
}

export interface Trace {
  readonly operations: readonly TracedOperation[]
  readonly constants: readonly ConstantValue[]
  readonly outputs: Readonly<Record<string, Source>>
}

export type TracedFunction = (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>

/**
 * Everything `build` does to `inputs` to get its outputs.
 * @throws Error when `build` uses a tensor that is neither an input nor made by itself.
 * Memory: all tensors made on the way are disposed.
 */
export function trace(backend: Backend, inputs: Readonly<Record<string, TraceInput>>, build: TracedFunction): Trace {
  tf.engine().startScope('trace') // tidy() wants tensors back
  try {
    const tape = new Tape(backend)
    const tensors: Record<string, Tensor> = {}
    for (const [name, { dtype, shape }] of Object.entries(inputs)) {
      const tensor = tf.zeros([...shape], dtype)
      tape.declareInput(name, tensor)
      tensors[name] = tensor
    }
    return tape.listen(() => build(tensors))
  } finally {
    tf.engine().endScope()
  }
}

/** The recording ear: knows every TensorFlow tensor id that belongs to the trace, and where it came from. */
class Tape {
  private readonly backend: Backend
  private readonly operations: TracedOperation[] = []
  private readonly constants: ConstantValue[] = []
  private readonly sources = new Map<number, { source: Source; dtype: DType }>()
  /** Values that JavaScript wrote since listening began (tfjs sends them to TensorFlow at their first use). */
  private readonly written = new WeakSet<object>()

  constructor(backend: Backend) {
    this.backend = backend
  }

  declareInput(name: string, tensor: Tensor): void {
    const [id] = this.backend.kernels.getInputTensorIds([tensor])
    this.sources.set(id!, {
      source: { from: 'input', name },
      dtype: tensor.dtype === 'int32' ? DType.int32 : DType.float32,
    })
  }

  listen(run: () => Readonly<Record<string, Tensor>>): Trace {
    const { kernels, addon } = this.backend
    const { move, getInputTensorIds } = kernels
    kernels.binding = Object.create(addon, {
      createTensor: { value: this.createTensor.bind(this) },
      executeOp: { value: this.executeOp.bind(this) },
    }) as typeof addon
    kernels.move = (dataId, ...rest) => {
      this.written.add(dataId)
      return move.call(kernels, dataId, ...rest)
    }
    kernels.getInputTensorIds = (tensors) => this.checked(tensors, getInputTensorIds.call(kernels, tensors))
    try {
      const results = run()
      const outputs: Record<string, Source> = {}
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = this.sources.get(kernels.getInputTensorIds([tensor])[0]!)!.source
      }
      tf.dispose(results) // those that were kept outlive the scope
      return { operations: this.operations, constants: this.constants, outputs }
    } finally {
      kernels.binding = addon
      kernels.move = move
      kernels.getInputTensorIds = getInputTensorIds
    }
  }

  private createTensor(shape: readonly number[], dtype: DType, data: TensorData): number {
    const id = this.backend.addon.createTensor(shape, dtype, data)
    this.sources.set(id, { source: { from: 'constant', index: this.constants.length }, dtype })
    this.constants.push({ dtype, shape: [...shape], data: data.slice() })
    return id
  }

  private executeOp(op: string, attributes: OpAttribute[], inputIds: number[], outputs: number) {
    const { addon } = this.backend
    const results = addon.executeOp(op, attributes, inputIds, outputs)
    const inputs = inputIds.map((id) => this.sources.get(id)!)
    const types = inputs.map(({ dtype }) => dtype)
    const index = this.operations.length
    this.operations.push({
      op,
      inputs: inputs.map(({ source }) => source),
      attributes: graphAttributes(addon, op, attributes, types),
      dtypes: results.map(({ dtype }) => dtype as DType),
    })
    results.forEach(({ id, dtype }, output) => {
      this.sources.set(id, { source: { from: 'operation', index, output }, dtype: dtype as DType })
    })
    return results
  }

  private checked(tensors: readonly TensorInfo[], ids: number[]): number[] {
    ids.forEach((id, i) => {
      const known = this.sources.get(id)
      if (known !== undefined && (known.source.from !== 'constant' || this.written.has(tensors[i]!.dataId as object)))
        return
      throw new Error(
        `While tracing, a tensor of shape [${tensors[i]!.shape.join()}] was used that was made before the trace began. ` +
          'Declare it as an input, or make it inside the traced function from plain numbers.',
      )
    })
    return ids
  }
}
