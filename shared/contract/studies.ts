/** Studies: a plan of runs with roles, and their result as one document. */
import * as z from 'zod'
import { Id } from './datasets.ts'
import { StoredFailure } from './failure-data.ts'
import { PaperResult } from './paper-study.ts'

export const studyRoles = [
  'base',
  'sft',
  'branch',
  'pure-sft',
  'pure-rl',
  'luffy',
  'srft',
  'upt',
  'prefix-rft',
] as const
export type StudyRole = (typeof studyRoles)[number]

export const StudyResult = z.object({
  workspace: z.string(),
  report: z.string(),
  wallS: z.number(),
  runs: z.array(
    z.object({
      id: Id,
      role: z.enum(studyRoles),
      parent: Id.nullable(),
      parentStep: z.int().nullable(),
      flops: z.number(),
      pSft: z.number().nullable(),
      plRl: z.number().nullable(),
      aPost: z.number().nullable(),
      verdict: z.string().nullable(),
    }),
  ),
  accuracy: z.record(z.string(), z.object({ value: z.number(), lo: z.number(), hi: z.number(), n: z.int() })),
})
export type StudyResult = z.infer<typeof StudyResult>

export const Study = z.object({
  id: Id,
  kind: z.enum(['quick', 'paper', 'switch']),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  /** What it does now, in words, and how far. */
  now: z.string(),
  done: z.number(), // share 0..1
  secondsLeft: z.number().nullable(),
  runs: z.array(z.object({ id: Id, role: z.enum(studyRoles) })),
  error: StoredFailure.nullable(),
  /** Of a quick study. */
  result: StudyResult.nullable(),
  /** Of a miniature of the paper. */
  paper: PaperResult.nullable().optional(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
})
export type Study = z.infer<typeof Study>
