/** Operations that the hand-written entry points of a sampler's caches are made of. */
import { DType } from '../tensor/dtype.ts'
import type { Output } from '../tensor/graph.ts'
import type { ProgramBuilder } from '../tensor/program.ts'
import { slotsVariable } from './decoding.ts'

const T = { type: DType.float32 } as const
const int = { type: DType.int32 } as const

export class CacheArithmetic {
  private readonly program: ProgramBuilder

  constructor(program: ProgramBuilder) {
    this.program = program
  }

  reshape(x: Output, target: Output): Output {
    return this.program.graph.one('Reshape', [x, target], { T, Tshape: int }, DType.float32)
  }

  pad(x: Output, paddings: Output): Output {
    return this.program.graph.one('Pad', [x, paddings], { T, Tpaddings: int }, DType.float32)
  }

  /** Rows of x by their numbers. */
  rows(x: Output, indices: Output): Output {
    const { graph } = this.program
    const types = { Tparams: T, Tindices: int, Taxis: int, batch_dims: { int: 0 } } as const
    return graph.one('GatherV2', [x, indices, graph.int(0)], types, DType.float32)
  }

  zeros(dims: Output): Output {
    const { graph } = this.program
    return graph.one('Fill', [dims, graph.float(0)], { T, index_type: int }, DType.float32)
  }

  /** Writes slots of a cache in place, and returns the node to wait for. */
  update(cache: string, slots: Output, values: Output): string {
    const inputs = [this.program.read(slotsVariable(cache)), slots, values]
    return this.program.graph.one('InplaceUpdate', inputs, { T }, DType.float32).node
  }
}
