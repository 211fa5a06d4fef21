/** The kernels by their operations' names, and how to call one. Their formulas stand in `model/` and `recorded-policy/`. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { DType } from '../tensor/dtype.ts'
import { rawOutputs, type RawAttribute } from '../tensor/raw.ts'

/** What goes in and what comes out, by name: as in the C++ definition, an entry of real numbers, or null for any other. */
interface Signature {
  readonly inputs: readonly (string | null)[]
  readonly outputs: readonly (string | null)[]
}

export const kernels = {
  SwitchpointAdamw: {
    inputs: [null, null, null, 'gradient', null, null, null, null, null, null],
    outputs: [null],
  },
  SwitchpointCausalSoftmax: { inputs: ['scores'], outputs: ['p'] },
  SwitchpointCausalSoftmaxGradient: { inputs: ['p', 'd_p'], outputs: ['d_scores'] },
  SwitchpointEntropy: { inputs: ['logits'], outputs: [null, null] },
  SwitchpointEntropyGradient: { inputs: [null, 'logits', null, null], outputs: ['d_logits'] },
  SwitchpointGatedUnit: { inputs: ['gate', 'up'], outputs: ['unit'] },
  SwitchpointGatedUnitGradient: { inputs: ['d_unit', 'gate', 'up'], outputs: ['d_gate', 'd_up'] },
  SwitchpointHeads: { inputs: ['joint', null, null, null], outputs: ['q', 'k', 'v'] },
  SwitchpointHeadsGradient: { inputs: ['d_q', 'd_k', 'd_v', null], outputs: ['d_joint'] },
  SwitchpointLogProbability: { inputs: ['logits', null], outputs: [null, null] },
  SwitchpointLogProbabilityGradient: { inputs: [null, 'logits', null, null], outputs: ['d_logits'] },
  SwitchpointNorm: { inputs: ['x', 'more', null, null], outputs: ['sum', 'y', null] },
  SwitchpointNormGradient: { inputs: ['d_y', 'd_y2', 'x', null, null, 'residual'], outputs: ['d_x', null] },
} as const satisfies Readonly<Record<string, Signature>>

export type Kernel = keyof typeof kernels

export const isKernel = (op: string): op is Kernel => op in kernels

/** The signature of an operation that is one of ours. */
export const signatureOf = (op: Kernel): Signature => kernels[op]

/** The attribute that holds the type of an input or output of real numbers: float32 or bfloat16, each by itself. */
export const typeAttribute = (name: string): string => `T_${name}`

/** In the place of a summand that is not there. */
export const nothing = (): Tensor => tf.scalar(0)

/** Calls a kernel in float32; `bfloat16.ts` changes types where a graph wants that. */
export function kernel<T extends Tensor[] = [Tensor]>(
  op: Kernel,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, RawAttribute>> = {},
): T {
  const { inputs: given, outputs } = signatureOf(op)
  const names = [...given, ...outputs].filter((name) => name !== null)
  const types = Object.fromEntries(names.map((name) => [typeAttribute(name), { type: DType.float32 }]))
  return rawOutputs(op, inputs, { ...types, ...attributes }, outputs.length) as T
}
