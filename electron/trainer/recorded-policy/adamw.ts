/**
 * AdamW inside the graph, with PyTorch's arithmetic:
 *   w ← w (1 - lr λ)                                                      decay first
 *   m ← β1 m + (1 - β1) g      v ← β2 v + (1 - β2) g²
 *   w ← w - lr m̂ / (√v̂ + ε)    m̂ = m / (1 - β1^t), v̂ = v / (1 - β2^t)
 * TensorFlow's fused operation computes w ← w - α m / (√v + ε'), so it is fed
 *   α = lr √(1 - β2^t) / (1 - β1^t)      ε' = ε √(1 - β2^t)
 * Gradients are clipped to a global norm before (PyTorch's norm + 1e-6), and nothing at all is touched when loss or norm is not
 * finite, or the norm exceeds `skipAbove`.
 */
import { typeAttribute, type Kernel } from '../kernels/kernel.ts'
import { DType } from '../tensor/dtype.ts'
import type { Output } from '../tensor/graph.ts'
import { Arithmetic } from '../tensor/arithmetic.ts'
import type { ProgramBuilder } from '../tensor/program.ts'
import type { OptimiserSettings } from '../policy.ts'

/** What the update is fed, by name; all float scalars. */
export const optimiserFeeds = ['stepSize', 'stepEps', 'beta1', 'beta2', 'decay', 'clipNorm', 'skipAbove'] as const
export type OptimiserFeed = (typeof optimiserFeeds)[number]

/** The feeds of step t = 1, 2, ... The corrections use the β that float32 can hold, as the moments do. */
export function optimiserValues(settings: OptimiserSettings, t: number): Record<OptimiserFeed, number> {
  const { learningRate, beta1, beta2, eps, weightDecay, clipNorm, skipAbove = Infinity } = settings
  const correction1 = 1 - Math.fround(beta1) ** t
  const correction2 = Math.sqrt(1 - Math.fround(beta2) ** t)
  return {
    stepSize: (learningRate * correction2) / correction1,
    stepEps: eps * correction2,
    beta1,
    beta2,
    decay: 1 - learningRate * weightDecay,
    clipNorm,
    skipAbove,
  }
}

/** Names of a parameter's moments among the program's variables. */
export const momentNames = (parameter: string) => ({ first: `first/${parameter}`, second: `second/${parameter}` })

/** The variable that holds a parameter's gradient, summed over the parts of a mini-batch. */
export const sumName = (parameter: string) => `sum/${parameter}`

export interface UpdateOutcome {
  readonly gradNorm: Output
  /** Bool: whether weights and moments changed. */
  readonly applied: Output
  /** The node to wait for. */
  readonly done: string
}

/** Adds one update of all parameters, by our own kernel or TensorFlow's operations. `gradients` by parameter. */
export function addUpdate(
  program: ProgramBuilder,
  gradients: Readonly<Record<string, Output>>,
  loss: Output,
  feeds: Readonly<Record<OptimiserFeed, Output>>,
  byKernel = false,
): UpdateOutcome {
  const { graph } = program
  const math = new Arithmetic(graph)
  const gradNorm = math.sqrt(math.mul(math.sum(Object.values(gradients).map(math.halfSquareSum)), graph.float(2)))
  const applied = math.and(
    math.and(math.isFinite(loss), math.isFinite(gradNorm)),
    math.lessEqual(gradNorm, feeds.skipAbove),
  )
  const updates = byKernel
    ? kernelUpdates(program, math, gradients, gradNorm, applied, feeds)
    : composedUpdates(program, math, gradients, gradNorm, applied, feeds)
  return { gradNorm, applied, done: whenever(math, graph.int(1), applied, updates) }
}

type Updates = (
  program: ProgramBuilder,
  math: Arithmetic,
  gradients: Readonly<Record<string, Output>>,
  gradNorm: Output,
  applied: Output,
  feeds: Readonly<Record<OptimiserFeed, Output>>,
) => string[]

/** One pass over each parameter, its gradient and its moments: clipping, decay and step. Returns the nodes to wait for. */
const kernelUpdates: Updates = (program, math, gradients, gradNorm, applied, feeds) => {
  const { graph } = program
  const { stepSize, stepEps, beta1, beta2, decay } = feeds
  const clip = math.min(graph.float(1), math.divide(feeds.clipNorm, math.add(gradNorm, graph.float(1e-6))))
  return Object.entries(gradients).map(([name, gradient]) => {
    const { first, second } = momentNames(name)
    // Reading gives the variable's own memory, which the kernel changes: it is the only one that writes there, after all that read it
    // have ended (every gradient has, or there would be no norm).
    const values = [name, first, second].map((variable) => program.read(variable))
    const inputs = [...values, math.branch(gradient, applied).yes, stepSize, stepEps, beta1, beta2, decay, clip]
    const node = `update/${graph.nodes.length}`
    const attributes = { [typeAttribute('gradient')]: { type: gradient.dtype } }
    graph.add(adamwKernel, inputs, attributes, [DType.int32], { name: node })
    return node
  })
}

const adamwKernel: Kernel = 'SwitchpointAdamw'

const composedUpdates: Updates = (program, math, gradients, gradNorm, applied, feeds) => {
  const { graph } = program
  const decayed = addDecay(program, math, Object.keys(gradients), feeds.decay, applied)
  const clip = clipper(math, graph.float(1e-6), gradNorm, feeds.clipNorm)
  const zero = graph.float(0)
  return Object.entries(gradients).map(([name, gradient]) => {
    const { first, second } = momentNames(name)
    const variables = [program.variable(name), program.variable(first), program.variable(second)]
    const { stepSize, stepEps, beta1, beta2 } = feeds
    // Powers of β fed as 0: the operation then takes the step size as it is.
    const inputs = [...variables, zero, zero, stepSize, beta1, beta2, stepEps, math.branch(clip(gradient), applied).yes]
    const node = `update/${graph.nodes.length}`
    graph.add('ResourceApplyAdam', inputs, { T: { type: DType.float32 } }, [], { name: node, after: [decayed] })
    return node
  })
}

/** w ← w (1 - lr λ), left out when λ is 0. Returns the node to wait for. */
function addDecay(
  program: ProgramBuilder,
  math: Arithmetic,
  names: readonly string[],
  decay: Output,
  applied: Output,
): string {
  const { graph } = program
  const wanted = math.and(applied, math.notEqual(decay, graph.float(1)))
  const decays = names.map((name) => {
    const handle = math.branch(program.variable(name), wanted).yes
    const value = graph.one('ReadVariableOp', [handle], { dtype: { type: DType.float32 } }, DType.float32)
    const node = `decay/${graph.nodes.length}`
    graph.add('AssignVariableOp', [handle, math.mul(value, decay)], { dtype: { type: DType.float32 } }, [], {
      name: node,
    })
    return node
  })
  return whenever(math, graph.int(1), wanted, decays)
}

/** Scales a gradient by min(1, clipNorm / (norm + 1e-6)); when that is 1 the gradient passes untouched, at no cost. */
function clipper(math: Arithmetic, small: Output, gradNorm: Output, clipNorm: Output): (gradient: Output) => Output {
  const reach = math.add(gradNorm, small)
  const isLong = math.greater(reach, clipNorm)
  const factor = math.divide(clipNorm, reach)
  return (gradient) => {
    const { yes, no } = math.branch(gradient, isLong)
    return math.meet(no, math.mul(yes, factor))
  }
}

/** A node that runs in either case: after `nodes` if `condition` holds, and without them otherwise. */
function whenever(math: Arithmetic, token: Output, condition: Output, nodes: readonly string[]): string {
  const { yes, no } = math.branch(token, condition)
  return math.meet(no, math.identity(yes, nodes)).node
}
