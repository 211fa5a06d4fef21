import type { ModelShape } from '#shared/experiment/presets.ts'
import type { GenerateRequest } from '../policy.ts'
import type { BatchingLimits } from './continuous-batching.ts'

/** New tokens allowed for an answer. */
export const limitOf = (
  { limits, prompts, answers, maxNewTokens }: Pick<GenerateRequest, 'limits' | 'prompts' | 'answers' | 'maxNewTokens'>,
  prompt: number,
  answer: number,
): number => {
  if (limits === undefined) return maxNewTokens
  return limits.length === prompts.length ? limits[prompt]! : limits[prompt * answers + answer]!
}

/** Memory a sampler's caches may take. */
const cacheBytes = 1 << 30
/** More sequences than this make a step no cheaper by the token. */
const mostSlots = 256

/** How many sequences to sample at a time: a property of the request alone, so that equal requests give equal bits. */
export function batchingLimits(
  { layers, kvHeads, headSize }: ModelShape,
  { prompts, maxNewTokens }: GenerateRequest,
): BatchingLimits {
  const longest = prompts.reduce((max, { length }) => Math.max(max, length), 1) + maxNewTokens
  const bytesEach = 2 * layers * kvHeads * headSize * longest * Float32Array.BYTES_PER_ELEMENT
  return { slots: Math.max(1, Math.min(mostSlots, Math.floor(cacheBytes / bytesEach))), promptTokens: 8192 }
}
