/** Datasets, curation and subsets as they cross the wire. Bulk rows come in pages; histograms and counts are made in SQL. */
import * as z from 'zod'
import { StoredFailure } from './failure-data.ts'

export const Id = z.string().regex(/^[a-z]+_[0-9a-z]{4,40}$/, 'an id looks like run_k3v9x2')

/** Which source column plays which part. A mapping value is a column, a dotted path into JSON, or absent. */
export const ColumnMapping = z.strictObject({
  prompt: z.string().min(1),
  /** Absent: prompts alone (for RL, or a benchmark); trajectories are empty then. */
  trajectory: z.string().min(1).optional(),
  /** Absent: the task's rule takes the final answer from the trajectory (GSM8K's `####`, `\boxed{}`). */
  answer: z.string().min(1).optional(),
  source: z.string().min(1).optional(),
  /** Columns that hold a difficulty or pass rate, kept as scorers. */
  scores: z.array(z.string().min(1)).max(32).default([]),
})
export type ColumnMapping = z.infer<typeof ColumnMapping>

export const Rejection = z.object({ file: z.string(), line: z.int(), reason: z.string() })
export type Rejection = z.infer<typeof Rejection>

/** A difficulty scorer on a dataset: a column of numbers keyed by row. `harder` says which end is hard. */
export const Scorer = z.object({
  id: z.string(), // 'steps' | 'length' | 'operators' | 'novel' | 'column:NAME'
  title: z.string(),
  unit: z.string(),
  harder: z.enum(['higher', 'lower']),
  missing: z.int(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  integer: z.boolean(),
})
export type Scorer = z.infer<typeof Scorer>

export const Dataset = z.object({
  id: Id,
  name: z.string(),
  version: z.int(),
  task: z.enum(['gsm8k', 'lab', 'text']),
  rows: z.int(),
  prompts: z.int(),
  rejected: z.int(),
  /** The first 1,000. */
  rejections: z.array(Rejection),
  source: z.string(),
  mapping: ColumnMapping.nullable(),
  contentHash: z.string(),
  bytes: z.int(),
  scorers: z.array(Scorer),
  createdAt: z.number(),
})
export type Dataset = z.infer<typeof Dataset>

/** What a file looks like before it is imported: columns with an example, a guess at the mapping, the first lines. */
export const Inspection = z.object({
  path: z.string(),
  bytes: z.int(),
  format: z.enum(['jsonl', 'json', 'csv', 'parquet']),
  columns: z.array(z.object({ name: z.string(), type: z.string(), example: z.string() })),
  guess: ColumnMapping.partial(),
  task: z.enum(['gsm8k', 'lab', 'text']),
  preview: z.array(z.record(z.string(), z.string())),
})
export type Inspection = z.infer<typeof Inspection>

export const strategies = ['easy', 'uniform', 'hard', 'all'] as const

/** The recipe of a subset: filters, a strategy, a draw. The same recipe on the same version gives the same rows. */
export const SubsetRecipe = z.strictObject({
  dataset: Id,
  name: z.string().min(1).max(120),
  scorer: z.string(),
  /** Steps that can be toggled; each names what it removes. */
  filters: z
    .strictObject({
      answerMissing: z.boolean().default(true),
      answerWrong: z.boolean().default(false),
      duplicatePrompts: z.boolean().default(false),
      /** Inclusive range of the scorer. */
      range: z.tuple([z.number().nullable(), z.number().nullable()]).default([null, null]),
      maxLength: z.int().positive().nullable().default(null),
      text: z.string().max(500).default(''),
      /** Takes prompts whose word 5-grams have at least this Jaccard similarity with an earlier one; null or absent: off. */
      nearDuplicates: z.number().min(0.3).max(1).nullable().optional(),
      /** Ids of datasets; takes prompts that share a run of eight words with one of theirs. */
      benchmarks: z.array(Id).max(20).optional(),
    })
    .prefault({}),
  strategy: z.enum(strategies).default('uniform'),
  /** Rows to draw; null: every row that the filters and the strategy leave. */
  count: z.int().positive().nullable().default(null),
  /** Easy/hard by a typed threshold on the scorer instead of the quartile. */
  threshold: z.number().nullable().default(null),
  seed: z.int().nonnegative().default(1),
  /** Shares by PROMPT (no prompt is in two splits); validation and test in rows where >= 1, in shares below. */
  split: z
    .strictObject({ validation: z.number().nonnegative().default(0.1), test: z.number().nonnegative().default(0.1) })
    .prefault({}),
})
export type SubsetRecipe = z.infer<typeof SubsetRecipe>

/** Rows left after each step of a recipe, in order, and what the draw would hold. */
export const RecipeCounts = z.object({
  steps: z.array(z.object({ id: z.string(), label: z.string(), removed: z.int(), left: z.int(), on: z.boolean() })),
  strategyRows: z.int(),
  threshold: z.number().nullable(),
  drawn: z.int(),
  prompts: z.int(),
  meanLength: z.number().nullable(),
  totalLength: z.number().nullable(),
  meanScore: z.number().nullable(),
  splits: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  problem: z.string().nullable(),
})
export type RecipeCounts = z.infer<typeof RecipeCounts>

export const Subset = z.object({
  id: Id,
  name: z.string(),
  version: z.int(),
  dataset: Id,
  datasetName: z.string(),
  recipe: SubsetRecipe,
  rows: z.int(),
  splits: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  contentHash: z.string(),
  meanLength: z.number().nullable(),
  createdAt: z.number(),
})
export type Subset = z.infer<typeof Subset>

export const Histogram = z.object({
  scorer: z.string(),
  /** Bin edges, one more than bins. For integer scorers a bin is one value. */
  edges: z.array(z.number()),
  pool: z.array(z.int()),
  kept: z.array(z.int()),
  quartiles: z.tuple([z.number(), z.number(), z.number()]).nullable(),
})
export type Histogram = z.infer<typeof Histogram>

export const HeatMap = z.object({
  x: z.object({ scorer: z.string(), edges: z.array(z.number()) }),
  y: z.object({ scorer: z.string(), edges: z.array(z.number()) }),
  cells: z.array(z.array(z.int())), // [y][x]
})
export type HeatMap = z.infer<typeof HeatMap>

export const RowSummary = z.object({
  id: z.int(),
  line: z.int(),
  prompt: z.string(),
  answer: z.string().nullable(),
  verdict: z.enum(['right', 'wrong', 'unknown']),
  score: z.number().nullable(),
  length: z.int(),
  source: z.string(),
})
export type RowSummary = z.infer<typeof RowSummary>
export const RowPage = z.object({ total: z.int(), rows: z.array(RowSummary) })
export type RowPage = z.infer<typeof RowPage>
export const RowDetail = RowSummary.extend({
  trajectory: z.string(),
  scores: z.record(z.string(), z.number().nullable()),
  inDraw: z.enum(['train', 'validation', 'test']).nullable(),
  /** With the recipe's `nearDuplicates`: the earlier row whose prompt this one is too like. */
  nearDuplicateOf: z.int().nullable().optional(),
  /** With the recipe's `benchmarks`: the words that the prompt shares with one. */
  benchmarkSpan: z.string().nullable().optional(),
})
export type RowDetail = z.infer<typeof RowDetail>

/** Long work in the engine: imports, exports, subset draws. */
export const Job = z.object({
  id: Id,
  kind: z.enum(['import', 'generate', 'export', 'subset', 'study']),
  label: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.string(),
  rate: z.number().nullable(), // units a second
  secondsLeft: z.number().nullable(),
  error: StoredFailure.nullable(),
  /** Id of what it made. */
  result: z.string().nullable(),
  /** What its user should know beside the result: `The same rows are already here as "train" v1.` */
  note: z.string().nullable().optional(),
  startedAt: z.number(),
})
export type Job = z.infer<typeof Job>
