/** The result of `study paper`: the miniature of the paper as one document (docs/commands.md). Scores in percent. */
import * as z from 'zod'
import { Id } from './datasets.ts'

export const paperClaimNames = [
  'sequential-beats-synchronized',
  'sequential-beats-pure-rl',
  'sequential-beats-pure-sft',
  'scale-raises-the-ceiling',
  'difficulty-raises-the-ceiling',
  'lower-loss-higher-ceiling',
  'less-is-more-for-sft-only',
  'small-set-leads-by-sft-alone',
  'stable-beats-adaptive',
  'severe-lowers-the-ceiling',
  'plasticity-falls-with-sft',
] as const

export const PaperClaim = z.object({
  name: z.enum(paperClaimNames),
  claim: z.string(),
  /** What the number is, in points, positive where the paper says so. */
  effect: z.string(),
  measure: z.enum(['end', 'ceiling']),
  verdict: z.enum(['supported', 'contradicted', 'undecided']),
  /** One number a seed. */
  effects: z.array(z.object({ seed: z.int(), effect: z.number() })),
  mean: z.number().nullable(),
  lo: z.number().nullable(),
  hi: z.number().nullable(),
  level: z.number(),
  p: z.number().nullable(),
  caveats: z.array(z.string()),
})
export type PaperClaim = z.infer<typeof PaperClaim>

const share = z.object({ value: z.number(), lo: z.number(), hi: z.number() })

export const PaperResult = z.object({
  workspace: z.string(),
  report: z.string(),
  wallS: z.number(),
  seeds: z.array(z.int()),
  totalFlops: z.number(),
  runs: z.array(
    z.object({
      id: Id,
      role: z.string(),
      set: z.string().nullable(),
      seed: z.int(),
      parent: Id.nullable(),
      parentStep: z.int().nullable(),
      /** Of the checkpoint it branched from, by the finished SFT run's losses. */
      regime: z.string().nullable(),
      flops: z.number(),
      pSft: z.number(),
      end: share,
      greedy: share.nullable(),
      plRl: z.number().nullable(),
      aPost: share.nullable(),
      verdict: z.string().nullable(),
    }),
  ),
  sets: z.array(z.object({ seed: z.int(), set: z.string(), minValLoss: z.number(), bestOfSft: z.number() })),
  claims: z.array(PaperClaim),
  /** Where each kind of arm ends, over seeds; branches: from the Stable regime. */
  spreads: z.array(
    z.object({
      role: z.string(),
      set: z.string().nullable(),
      n: z.int(),
      mean: z.number(),
      sd: z.number().nullable(),
    }),
  ),
  leftOut: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type PaperResult = z.infer<typeof PaperResult>
