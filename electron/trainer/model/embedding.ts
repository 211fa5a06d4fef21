import * as tf from '@tensorflow/tfjs'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'

const index = { type: DType.int32 } as const

/** Rows of a table. Shapes  table [V, H], ids int32 [N] -> [N, H].   dTable sums the rows of dy by id. */
export const rowsOf = (table: Tensor2D, ids: Tensor1D): Tensor2D =>
  differentiable({
    inputs: { table },
    constants: { ids },
    forward: () => ({ value: gather(table, ids) }),
    backward: (dy, { ids, table }) => ({
      table: raw('UnsortedSegmentSum', [dy, ids, tf.scalar(table.shape[0]!, 'int32')], {
        T: { type: DType.float32 },
        Tindices: index,
        Tnumsegments: index,
      }),
    }),
  })

/** The same without a gradient, for any table. tfjs' own `gather` reads the ids back to check them; the caller has. */
export const gather = (table: Tensor2D, ids: Tensor1D): Tensor2D =>
  raw<Tensor2D>('GatherV2', [table, ids, tf.scalar(0, 'int32')], {
    Tparams: { type: DType.float32 },
    Tindices: index,
    Taxis: index,
    batch_dims: 0,
  })
