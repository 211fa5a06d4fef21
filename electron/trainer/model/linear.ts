import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'

const float = { T: { type: DType.float32 } } as const

/** a b, each transposed on demand. Shapes [m, k], [k, n] -> [m, n]. Not differentiable by itself. */
export const product = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor2D =>
  raw<Tensor2D>('MatMul', [a, b], { ...float, transpose_a: transposeA, transpose_b: transposeB })

/** y = x Wᵀ. Shapes  x [N, in], weight [out, in] (Hugging Face's layout), y [N, out].   dx = dy W, dW = dyᵀ x. */
export const linear = (x: Tensor2D, weight: Tensor2D): Tensor2D =>
  differentiable({
    inputs: { x, weight },
    forward: () => ({ value: product(x, weight, false, true) }),
    backward: (dy, { x, weight }) => ({ x: product(dy, weight), weight: product(dy, x, true) }),
  })

/** x + bias along the last axis. Shapes  x [N, out], bias [out].   dbias = Σ_N dy */
export const addBias = (x: Tensor2D, bias: Tensor1D): Tensor2D =>
  differentiable({
    inputs: { x, bias },
    forward: () => ({ value: raw<Tensor2D>('BiasAdd', [x, bias], { ...float, data_format: 'NHWC' }) }),
    backward: (dy) => ({ x: dy.clone(), bias: raw('BiasAddGrad', [dy], { ...float, data_format: 'NHWC' }) }),
  })

/** The same with a bias that is a constant. Next to a matrix product TensorFlow makes one operation of both. */
export const addConstantBias = (x: Tensor2D, bias: Tensor1D): Tensor2D =>
  differentiable({
    inputs: { x },
    forward: () => ({ value: raw<Tensor2D>('BiasAdd', [x, bias], { ...float, data_format: 'NHWC' }) }),
    backward: (dy) => ({ x: dy.clone() }),
  })
