/** When an update says that training has gone wrong for good. */
import type { TrainResult } from '../policy.ts'

/** A cross-entropy this many times that of a uniform guess is no bad batch: the model is broken. */
const crossEntropyFactor = 5
/** Beyond these the numbers of a policy-gradient update carry nothing but an explosion. */
const largestLoss = 1e4
const largestGradNorm = 1e6

/**
 * Why training cannot go on after `result`, in words, or null. `crossEntropyVocab`: vocabulary size when the loss is a token
 * cross-entropy. An update skipped for its gradient norm on purpose (`skipAbove`) is no divergence.
 */
export function divergence(
  { loss, gradNorm, applied }: TrainResult,
  { crossEntropyVocab, skipAbove }: { crossEntropyVocab?: number; skipAbove?: number | null } = {},
): string | null {
  if (!Number.isFinite(loss)) return `the loss became ${loss}`
  if (!Number.isFinite(gradNorm)) return `the gradient norm became ${gradNorm} (loss ${loss.toPrecision(4)})`
  if (skipAbove && gradNorm > skipAbove) return null
  if (!applied) return `the update was refused (loss ${loss.toPrecision(4)}, gradient norm ${gradNorm.toPrecision(4)})`
  if (crossEntropyVocab && loss > crossEntropyFactor * Math.log(crossEntropyVocab))
    return `the loss exploded to ${loss.toPrecision(4)} nats a token, ${crossEntropyFactor} times that of a uniform guess`
  if (Math.abs(loss) > largestLoss) return `the loss exploded to ${loss.toPrecision(4)}`
  if (gradNorm > largestGradNorm) return `the gradient norm exploded to ${gradNorm.toPrecision(4)}`
  return null
}
