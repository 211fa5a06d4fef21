/**
 * The last resort: tfjs on WebAssembly, where TensorFlow cannot be had. Operations run one by one, on one thread, in f32; good
 * enough to see the smallest preset learn, and no more.
 */
import * as tf from '@tensorflow/tfjs'
import type { KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs'
import { version_wasm } from '@tensorflow/tfjs-backend-wasm'
import { Failure } from '#shared/contract/failure.ts'
import { webAssemblyName } from '#shared/experiment/webassembly.ts'
import type { OpAttribute } from '../tensor/addon.ts'
import type { BackendFacts } from '../tensor/backend.ts'
import { seenAs } from './memory.ts'
import { execute, segmentSum } from './operations.ts'

/** What `tensor/raw.ts` asks of a backend. The numbers only tell attributes apart. */
const rawCalls = {
  binding: { TF_ATTR_STRING: 0, TF_ATTR_INT: 1, TF_ATTR_FLOAT: 2, TF_ATTR_BOOL: 3, TF_ATTR_TYPE: 4, TF_ATTR_SHAPE: 5 },
  executeMultipleOutputs: (op: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor[] =>
    execute(op, inputs, Object.fromEntries(attributes.map(({ name, value }) => [name, value]))),
}

let facts: BackendFacts | undefined

/** Makes WebAssembly the backend of this process. @throws Failure 'backend.missing' where this Node has none. */
export async function loadWebAssembly(): Promise<BackendFacts> {
  if (facts) return facts
  register('UnsortedSegmentSum', ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo }
    return segmentSum(x, segmentIds, (attrs as unknown as { numSegments: number }).numSegments)
  })
  // The package copies, and knows no complex numbers; nothing ever changes a tensor, so sharing its memory is the same.
  register('Identity', ({ inputs }) => seenAs(inputs['x']!, inputs['x']!.shape, inputs['x']!.dtype))
  if (!(await tf.setBackend('wasm').catch(() => false)))
    throw new Failure({
      code: 'backend.missing',
      message: 'This Node cannot start WebAssembly.',
      input: 'SWITCHPOINT_BACKEND = wasm',
      remedy: 'Unset SWITCHPOINT_BACKEND and run `npm start -- provision` to train with TensorFlow.',
    })
  Object.assign(tf.backend(), rawCalls)
  facts = { name: webAssemblyName, version: version_wasm, device: 'cpu', threads: 1, kernels: false }
  return facts
}

function register(kernelName: string, kernelFunc: KernelFunc): void {
  const kernel = { kernelName, backendName: 'wasm' }
  if (tf.getKernel(kernelName, kernel.backendName)) tf.unregisterKernel(kernelName, kernel.backendName)
  tf.registerKernel({ ...kernel, kernelFunc })
}
