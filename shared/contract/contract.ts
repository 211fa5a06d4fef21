/**
 * The one contract between the engine and everything that talks to it: the window (over a MessagePort that main pipes), the
 * served page (WebSocket) and the command line (the workspace's socket). Every input is parsed; every error is a `FAILURE`
 * with facts (failure.ts). Streams carry small notices only; data is pulled in pages, for there is no back-pressure.
 */
import { eventIterator, oc } from '@orpc/contract'
import * as z from 'zod'
import { benchmarkIds } from '../experiment/benchmark-names.ts'
import { Budget, ExperimentSpec, RlStage } from '../experiment/spec.ts'
import { CurveImport, RunOrigin } from './curves.ts'
import {
  ColumnMapping,
  Dataset,
  HeatMap,
  Histogram,
  Id,
  Inspection,
  Job,
  RecipeCounts,
  RowDetail,
  RowPage,
  Subset,
  SubsetRecipe,
} from './datasets.ts'
import { FailureData } from './failure-data.ts'
import {
  EvaluationPoint,
  RunDetail,
  RunEvent,
  RunState,
  RunSummary,
  SamplePage,
  Series,
  SpecIssue,
  StageEstimate,
} from './runs.ts'
import { Study } from './studies.ts'
import { SwitchPlan, SwitchRequest, SwitchSearch } from './switch-study.ts'

const call = oc.errors({ FAILURE: { status: 422, data: FailureData } })
/** A Blob, named by its shape: `shared` knows neither the DOM's types nor Node's. */
interface BlobLike {
  readonly size: number
  arrayBuffer(): Promise<ArrayBuffer>
}
const Bytes = z.custom<BlobLike>(
  (value) => value !== null && typeof value === 'object' && 'arrayBuffer' in value && 'size' in value,
)

const nothing = z.object({})
const byId = z.strictObject({ id: Id })

/** "Something changed here": pull again. `seq` grows by one a notice within one engine's life (`engine` is its start time). */
export const Notice = z.object({
  engine: z.number(),
  seq: z.int(),
  kind: z.enum(['hello', 'runs', 'points', 'datasets', 'subsets', 'jobs', 'studies', 'system']),
  /** The run, job or study it is about. */
  id: z.string().nullable(),
})
export type Notice = z.infer<typeof Notice>

export const SystemInfo = z.object({
  version: z.string(),
  workspace: z.object({
    path: z.string(),
    name: z.string(),
    bytes: z.number(),
    /** The bundled example: nothing in it was trained here. */
    isExample: z.boolean().optional(),
  }),
  enginePid: z.int(),
  node: z.string(),
  sqlite: z.string(),
  duckdb: z.string(),
  backend: z
    .object({
      name: z.string(),
      version: z.string(),
      device: z.string(),
      threads: z.int(),
      precision: z.array(z.string()),
    })
    .nullable(),
  backendProblem: FailureData.nullable(),
  machine: z.object({ cpu: z.string(), threads: z.int(), memoryBytes: z.number(), gpu: z.string().nullable() }),
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }),
})
export type SystemInfo = z.infer<typeof SystemInfo>

/** The heartbeat of the status line. */
export const Pulse = z.object({
  running: z.int(),
  queued: z.int(),
  /** Of these, the ones that would be put aside if the client that asks, the only one that stays, went away. */
  held: z.int(),
  tokensPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  memoryBytes: z.number(),
  warnings: z.array(z.object({ text: z.string(), run: z.string().nullable() })),
})
export type Pulse = z.infer<typeof Pulse>

const Page = { offset: z.int().nonnegative().default(0), limit: z.int().positive().max(1000).default(100) }

export const contract = {
  system: {
    info: call.input(nothing).output(SystemInfo),
    pulse: call.input(nothing).output(Pulse),
    /** Versions, machine, workspace facts and the last log lines, as text to paste. No data rows, no paths outside the workspace. */
    diagnostics: call.input(nothing).output(z.object({ text: z.string() })),
    recentWorkspaces: call.input(nothing).output(
      z.object({
        recent: z.array(z.object({ path: z.string(), name: z.string(), openedAt: z.number(), summary: z.string() })),
      }),
    ),
    /** The folder of the bundled example's workspace; built where it is not there yet. */
    openExample: call.input(nothing).output(z.object({ path: z.string() })),
    /** The same, served in a browser beside this workspace: an engine, a port and a token of its own, until this engine ends. */
    serveExample: call.input(nothing).output(z.object({ path: z.string(), url: z.string() })),
    notices: call.input(nothing).output(eventIterator(Notice)),
  },
  jobs: {
    list: call.input(nothing).output(z.object({ jobs: z.array(Job) })),
    cancel: call.input(byId).output(nothing),
  },
  uploads: {
    /** The second way for a file to come in where no path can be had (a browser's drop): bytes in order, then use `upload:ID` as a path. */
    begin: call
      .input(z.strictObject({ name: z.string().min(1).max(255), bytes: z.int().nonnegative() }))
      .output(z.object({ id: Id })),
    append: call
      .input(z.strictObject({ id: Id, offset: z.int().nonnegative(), data: Bytes }))
      .output(z.object({ received: z.int() })),
    abandon: call.input(byId).output(nothing),
  },
  datasets: {
    list: call.input(nothing).output(z.object({ datasets: z.array(Dataset) })),
    inspect: call.input(z.strictObject({ path: z.string().min(1) })).output(Inspection),
    import: call
      .input(
        z.strictObject({
          path: z.string().min(1),
          name: z.string().max(120).optional(),
          mapping: ColumnMapping.optional(),
          /** The file is this benchmark's: its descriptor reads the rows, `mapping` is not looked at. */
          benchmark: z.enum(benchmarkIds).optional(),
        }),
      )
      .output(z.object({ job: Id })),
    generateLab: call
      .input(
        z.strictObject({
          name: z.string().max(120).optional(),
          set: z.enum(['easy', 'uniform', 'hard', 'base']),
          rows: z.int().positive().max(1_000_000),
          seed: z.int().nonnegative(),
        }),
      )
      .output(z.object({ job: Id })),
    /** Writes every row as JSONL; path null: into the workspace's exports folder. */
    export: call
      .input(z.strictObject({ id: Id, path: z.string().nullable() }))
      .output(z.object({ path: z.string(), rows: z.int() })),
    rename: call.input(z.strictObject({ id: Id, name: z.string().min(1).max(120) })).output(nothing),
    remove: call.input(byId).output(nothing),
    restore: call.input(byId).output(nothing),
  },
  curate: {
    histogram: call
      .input(z.strictObject({ recipe: SubsetRecipe, bins: z.int().min(2).max(200).default(30) }))
      .output(Histogram),
    heatMap: call
      .input(z.strictObject({ dataset: Id, x: z.string(), y: z.string(), bins: z.int().min(2).max(60).default(20) }))
      .output(HeatMap),
    sources: call
      .input(z.strictObject({ dataset: Id }))
      .output(z.object({ sources: z.array(z.object({ source: z.string(), rows: z.int() })) })),
    counts: call.input(z.strictObject({ recipe: SubsetRecipe })).output(RecipeCounts),
    /** Rows of the pool (`drawn: false`) or of what the recipe would draw, filtered by text; sorted in SQL. */
    rows: call
      .input(
        z.strictObject({
          recipe: SubsetRecipe,
          drawn: z.boolean().default(false),
          sort: z.enum(['line', 'score', 'length']).default('line'),
          descending: z.boolean().default(false),
          ...Page,
        }),
      )
      .output(RowPage),
    row: call.input(z.strictObject({ recipe: SubsetRecipe, id: z.int().nonnegative() })).output(RowDetail),
  },
  subsets: {
    list: call.input(nothing).output(z.object({ subsets: z.array(Subset) })),
    create: call.input(z.strictObject({ recipe: SubsetRecipe })).output(Subset),
    /** Writes JSONL (train, validation and test in one file with a `split` field); path null: into the workspace's exports folder. */
    export: call
      .input(z.strictObject({ id: Id, path: z.string().nullable() }))
      .output(z.object({ path: z.string(), rows: z.int() })),
    remove: call.input(byId).output(nothing),
    restore: call.input(byId).output(nothing),
  },
  runs: {
    list: call
      .input(z.strictObject({ deleted: z.boolean().default(false) }))
      .output(z.object({ runs: z.array(RunSummary) })),
    get: call.input(byId).output(RunDetail),
    /** A spec becomes a chain of queued runs; `detach`: they go on when no window or command is left. */
    create: call
      .input(z.strictObject({ spec: ExperimentSpec, detach: z.boolean().default(false) }))
      .output(z.object({ runs: z.array(Id) })),
    parseSpec: call
      .input(z.strictObject({ yaml: z.string().max(200_000) }))
      .output(z.object({ spec: ExperimentSpec.nullable(), issues: z.array(SpecIssue) })),
    printSpec: call.input(z.strictObject({ spec: ExperimentSpec })).output(z.object({ yaml: z.string() })),
    presets: call.input(nothing).output(
      z.object({
        presets: z.array(z.object({ id: z.string(), title: z.string(), yaml: z.string(), spec: ExperimentSpec })),
      }),
    ),
    estimate: call
      .input(z.strictObject({ spec: ExperimentSpec }))
      .output(z.object({ stages: z.array(StageEstimate), readyAt: z.number().nullable(), freeBytes: z.number() })),
    /** An RL stage from the checkpoint of `from` nearest to `step`. */
    branch: call
      .input(
        z.strictObject({ from: Id, step: z.int().nonnegative(), stage: RlStage, name: z.string().max(200).optional() }),
      )
      .output(z.object({ run: Id, step: z.int() })),
    pause: call.input(byId).output(nothing),
    stop: call.input(byId).output(nothing),
    /** `budget`: new limits (in all, not on top); with them a complete run goes on from its last checkpoint. */
    resume: call
      .input(z.strictObject({ id: Id, detach: z.boolean().default(false), budget: Budget.partial().optional() }))
      .output(nothing),
    /**
     * The last window closes. `keep`: what runs or waits goes on without a client; `rest`: it is checkpointed and put aside
     * at once, not after the engine's minute. Answers with the runs that this concerns.
     */
    leave: call.input(z.strictObject({ then: z.enum(['keep', 'rest']) })).output(z.object({ runs: z.array(Id) })),
    /** New order of the queue: ids of queued runs, first to run first. */
    reorder: call.input(z.strictObject({ ids: z.array(Id) })).output(nothing),
    rename: call.input(z.strictObject({ id: Id, name: z.string().min(1).max(200) })).output(nothing),
    remove: call.input(z.strictObject({ ids: z.array(Id).min(1) })).output(nothing),
    restore: call.input(z.strictObject({ ids: z.array(Id).min(1) })).output(nothing),
    pin: call.input(z.strictObject({ id: Id, step: z.int(), pinned: z.boolean() })).output(nothing),
    /** A checkpoint (`step` null: the newest) as a folder that transformers loads, adapters merged. `to`: a whole path to nothing, or to an empty folder. */
    export: call
      .input(
        z.strictObject({
          id: Id,
          step: z.int().nonnegative().nullable().default(null),
          to: z.string().min(1).max(4096),
          precision: z.enum(['f32', 'bf16']).default('f32'),
          /** Adapters alone, as PEFT loads them. */
          adapter: z.boolean().default(false),
        }),
      )
      .output(z.object({ folder: z.string(), step: z.int(), files: z.array(z.string()), bytes: z.number() })),
    keys: call.input(byId).output(z.object({ keys: z.array(z.string()) })),
    metrics: call
      .input(
        z.strictObject({
          id: Id,
          keys: z.array(z.string()).max(100).optional(),
          sinceStep: z.int().default(-1),
          maxPoints: z.int().positive().max(100_000).default(2000),
        }),
      )
      .output(z.object({ series: z.array(Series) })),
    evaluations: call.input(byId).output(z.object({ points: z.array(EvaluationPoint) })),
    events: call.input(z.strictObject({ id: Id, ...Page })).output(z.object({ events: z.array(RunEvent) })),
    samples: call
      .input(
        z.strictObject({
          id: Id,
          step: z.int().nullable().default(null),
          purpose: z.enum(['train', 'eval']).nullable().default(null),
          verdict: z.enum(['all', 'right', 'wrong']).default('all'),
        }),
      )
      .output(SamplePage),
    log: call
      .input(z.strictObject({ id: Id, bytes: z.int().positive().max(1_000_000).default(20_000) }))
      .output(z.object({ text: z.string() })),
    states: call
      .input(nothing)
      .output(z.object({ states: z.array(z.object({ id: Id, state: RunState, step: z.int(), steps: z.int() })) })),
  },
  analysis: {
    /** All that the Switch point view draws for one SFT run: losses, evaluations, branches with ceilings. */
    switchPoint: call.input(z.strictObject({ run: Id })).output(
      z.object({
        run: RunSummary,
        validation: z.array(z.object({ step: z.int(), flops: z.number(), loss: z.number() })),
        training: z.array(z.object({ step: z.int(), loss: z.number() })),
        evaluations: z.array(EvaluationPoint),
        checkpoints: z.array(z.object({ step: z.int(), flops: z.number() })),
        branches: z.array(z.lazy(() => BranchCurve)),
      }),
    ),
    /** Curves of every finished or running branch, SFT run and synchronized run of a base: the Ceilings and Compare views fit and draw them. */
    curves: call
      .input(
        z.strictObject({
          study: Id.nullable().default(null),
          /** Which score: `overall`, `greedy`, a benchmark, or a group of benchmarks; points and fits follow it. */
          metric: z.string().min(1).max(80).default('overall'),
        }),
      )
      .output(z.object({ curves: z.array(z.lazy(() => BranchCurve)) })),
  },
  curves: {
    /** Curve files (docs/commands.md) and logs of other trainers become runs. A path, or `upload:ID`. */
    import: call.input(z.strictObject({ path: z.string().min(1) })).output(CurveImport),
  },
  studies: {
    list: call.input(nothing).output(z.object({ studies: z.array(Study) })),
    startQuick: call.input(z.strictObject({ seed: z.int().nonnegative().default(1) })).output(z.object({ id: Id })),
    /** As much of the miniature of the paper as the budget holds; times are estimates. */
    startPaper: call.input(z.strictObject({ budgetMinutes: z.number().positive().max(100_000) })).output(
      z.object({
        id: Id,
        runs: z.int(),
        seeds: z.int(),
        totalFlops: z.number(),
        everySet: z.boolean(),
        everyRival: z.boolean(),
        seconds: z.number(),
      }),
    ),
    cancel: call.input(byId).output(nothing),
    resume: call.input(byId).output(nothing),
    report: call.input(byId).output(z.object({ html: z.string(), path: z.string() })),
    /** What a switch search on an SFT run would try and cost. */
    planSwitch: call.input(SwitchRequest).output(SwitchPlan),
    startSwitch: call.input(SwitchRequest.extend({ detach: z.boolean().default(false) })).output(z.object({ id: Id })),
    /** A switch search as it stands; its `studies` notices say when to look again. */
    switchSearch: call.input(byId).output(SwitchSearch),
  },
}

/** One run's performance against compute, with what its ceiling fit needs (fits: shared/analysis, made in the engine). */
export const BranchCurve = z.object({
  run: Id,
  name: z.string(),
  paradigm: RunSummary.shape.paradigm,
  objective: z.string(),
  data: z.string(),
  /** Compute of unlike models is not to be compared. */
  model: z.string().optional(),
  seed: z.int(),
  state: RunState,
  parent: Id.nullable(),
  parentStep: z.int().nullable(),
  /** FLOPs spent before this stage (pretraining left out). */
  beforeFlops: z.number(),
  points: z.array(EvaluationPoint),
  minValLoss: z.number().nullable(),
  /** Null: trained here. */
  origin: RunOrigin.nullable(),
  /** The regime of the checkpoint it branched from, by the definition; null where there is none. */
  regime: z.string().nullable(),
  /** The fit is being made: a `points` notice follows when it is there. */
  fitPending: z.boolean().optional(),
  /** Percent points, null where the curve has too few points to fit. Made by shared/analysis `analyzeBranch`. */
  fit: z
    .object({
      verdict: z.enum(['identified', 'loose', 'not-identifiable']),
      params: z.record(z.string(), z.number()),
      pSft: z.number(),
      plRl: z.object({ value: z.number(), lo: z.number(), hi: z.number() }),
      aPost: z.object({ value: z.number(), lo: z.number(), hi: z.number() }),
      profile90: z.object({ lo: z.number().nullable(), hi: z.number().nullable() }),
      noiseSd: z.number(),
      collapse: z.object({ from: z.number() }).nullable(),
      /** The fitted line with its band, FLOPs of this stage against percent; `extrapolated` from the last point on. */
      line: z.array(
        z.object({ flops: z.number(), value: z.number(), lo: z.number(), hi: z.number(), extrapolated: z.boolean() }),
      ),
      excluded: z.array(z.object({ step: z.int(), why: z.enum(['collapse', 'broken']) })),
      residuals: z.array(z.object({ flops: z.number(), value: z.number() })),
      rivals: z.array(z.object({ model: z.string(), aicc: z.number(), rmse: z.number() })),
    })
    .nullable(),
})
export type BranchCurve = z.infer<typeof BranchCurve>

export type Contract = typeof contract
