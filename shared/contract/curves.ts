/** Runs that were not trained here: where they come from, and what an import answers. */
import * as z from 'zod'
import { Id } from './datasets.ts'

/**
 * Where a run that was not trained here comes from. It has points and no weights: it is drawn, fitted and compared like any
 * other, and nothing can be started from it.
 */
export const RunOrigin = z.object({
  /** `example`: a run of the bundled example study; `imported`: a curve or a trainer's log from a file. */
  kind: z.enum(['imported', 'example']),
  /** Name of the file, without its folder. */
  file: z.string(),
  /** SHA-256 of its bytes: the same file is known again. */
  hash: z.string(),
  /** Id of the curve in the file. */
  curve: z.string(),
  /** What wrote the file: a curve file, or the log of a trainer. */
  format: z.string(),
  /** Where the curves come from, as the file says. */
  source: z.string().nullable(),
  /** FLOPs in one unit of the file; null where it counts none. */
  flopsUnit: z.number().nullable(),
  /** Problems by benchmark, where the file says. */
  benchmarks: z.record(z.string(), z.number()),
  /** Steps as the file gives them, worked out from compute, or only counted (1, 2, 3, ...). */
  steps: z.enum(['given', 'derived', 'counted']),
  /** As the source prints them, beside what is computed here. */
  printedRegime: z.string().nullable(),
  printedCeiling: z.number().nullable(),
  printedMinLoss: z.number().nullable(),
  /** The run of which this one is an identical copy: it is drawn with its data set and counted once. */
  sameAs: Id.nullable(),
})
export type RunOrigin = z.infer<typeof RunOrigin>

export const ImportedCurve = z.object({
  id: Id,
  /** Id of the curve in the file. */
  curve: z.string(),
  name: z.string(),
  dataset: z.string(),
  stage: z.enum(['pretrain', 'sft', 'rl', 'synchronized']),
  parent: Id.nullable(),
  parentStep: z.int().nullable(),
  points: z.int(),
  /** It was here already, from the same file. */
  already: z.boolean(),
})

export const CurveImport = z.object({
  file: z.string(),
  format: z.string(),
  runs: z.array(ImportedCurve),
  /** Runs of this answer that the same file had brought before. */
  already: z.int(),
  /** Curves that were left out, the first 1,000. */
  rejected: z.array(
    z.object({
      curve: z.string().nullable(),
      file: z.string(),
      line: z.int(),
      field: z.string(),
      reason: z.string(),
      remedy: z.string(),
    }),
  ),
  rejectedCurves: z.int(),
  /** What a reader should know: steps that were counted, keys that mean nothing here. */
  remarks: z.array(z.string()),
  /** Keys of a trainer's log: ours by theirs, and those that have no counterpart and were kept under their own name. */
  keys: z.object({ mapped: z.record(z.string(), z.string()), kept: z.array(z.string()) }),
})
export type CurveImport = z.infer<typeof CurveImport>
