/** The tables as kysely sees them: one interface a table, columns as they are stored (JSON as text, booleans as 0 or 1). */
import type { Generated } from 'kysely'
import type { RunState } from '#shared/contract/runs.ts'
import type { StageKind } from '#shared/contract/journal.ts'
import type { Paradigm } from '#shared/experiment/spec.ts'

export interface RunTable {
  no: Generated<number>
  id: string
  name: string
  experiment: string
  parent: string | null
  parent_step: number | null
  kind: StageKind
  objective: string
  paradigm: Paradigm
  model: string
  task: string
  data: string
  seed: number
  stage: string
  engine: string
  setup: string | null
  fingerprint: string
  state: RunState
  queue_order: number | null
  detached: number
  attempt: Generated<number>
  journal_offset: Generated<number>
  step: Generated<number>
  steps: number
  flops: Generated<number>
  tokens: Generated<number>
  wall_ms: Generated<number>
  before_flops: Generated<number>
  before_tokens: Generated<number>
  activity: string | null
  tokens_per_second: number | null
  seconds_left: number | null
  error: string | null
  role: string | null
  study: string | null
  code_version: string
  backend: string | null
  parameters: number | null
  origin: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  deleted_at: number | null
}

export interface AttemptTable {
  run_no: number
  attempt: number
  pid: number | null
  born: string | null
  token: string
  from_step: number
  memory_kills: number | null
  started_at: number
  ended_at: number | null
  outcome: string | null
}

export interface PositionTable {
  run_no: number
  step: number
  flops: number
  tokens: number
  wall_ms: number
  attempt: number
}

export interface MetricKeyTable {
  no: Generated<number>
  key: string
}

export interface MetricTable {
  run_no: number
  key_no: number
  step: number
  value: number
}

export interface SampleTable {
  run_no: number
  step: number
  purpose: 'train' | 'eval'
  ordinal: number
  correct: number
  sample: string
}

export interface EvaluationTable {
  run_no: number
  step: number
  flops: number
  k: number
  prompt_ids: string
  correct: string
  greedy: string
  score: number | null
  problems: number | null
  benchmarks: string | null
  sets: string | null
}

export interface CheckpointTable {
  run_no: number
  step: number
  flops: number
  tokens: number
  path: string
  bytes: number
  reason: string
  pinned: Generated<number>
}

export interface EventTable {
  id: Generated<number>
  run_no: number
  step: number
  level: 'info' | 'warning' | 'error'
  text: string
  at: number
}

export interface DatasetTable {
  id: string
  name: string
  version: number
  task: 'gsm8k' | 'lab' | 'text'
  rows: number
  prompts: number
  rejected: number
  rejections: string
  source: string
  mapping: string | null
  content_hash: string
  bytes: number
  created_at: number
  deleted_at: number | null
}

export interface ScorerTable {
  dataset: string
  id: string
  ordinal: number
  title: string
  unit: string
  harder: 'higher' | 'lower'
  missing: number
  min: number | null
  max: number | null
  is_integer: number
}

export interface SubsetTable {
  id: string
  name: string
  version: number
  dataset: string
  recipe: string
  rows: number
  train: number
  validation: number
  test: number
  content_hash: string
  mean_length: number | null
  created_at: number
  deleted_at: number | null
}

export interface StudyTable {
  id: string
  kind: string
  seed: number
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'
  plan: string
  error: string | null
  result: string | null
  worked_ms: Generated<number>
  started_at: number
  ended_at: number | null
}

export interface SpeedTable {
  machine: string
  model: string
  kind: StageKind
  shape: string
  flops_per_second: number
  start_seconds: number
  checkpoint_bytes: number
  memory_bytes: number
  runs: number
  measured_at: number
}

export interface FitTable {
  hash: string
  fit: string
  used_at: number
}

export interface Tables {
  runs: RunTable
  attempts: AttemptTable
  positions: PositionTable
  metric_keys: MetricKeyTable
  metrics: MetricTable
  samples: SampleTable
  evaluations: EvaluationTable
  checkpoints: CheckpointTable
  events: EventTable
  datasets: DatasetTable
  scorers: ScorerTable
  subsets: SubsetTable
  studies: StudyTable
  speeds: SpeedTable
  fits: FitTable
}
