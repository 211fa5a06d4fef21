/**
 * A file becomes a dataset: scanned as bytes, read as text lines, mapped and judged row by row, written as Parquet, hashed.
 * Everything is made in a scratch folder; only a whole dataset is renamed into place, and its record comes last.
 */
import { mkdir, rm } from 'node:fs/promises'
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ColumnMapping, type Dataset, type Scorer } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { BenchmarkId } from '#shared/experiment/benchmark-names.ts'
import { benchmarkOf } from '#tasks/benchmarks/benchmarks.ts'
import { newId } from '../../ids.ts'
import { writeWhole } from '../../workspace/write-whole.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { prepare, type Prepared } from '../files/prepare.ts'
import { columnNames, lookInto, nameFromFile, taskUnder, type Look } from '../inspect/inspect-file.ts'
import { assertUnchanged, type LocalFile } from '../local-file.ts'
import { datasetAt, datasetPlaces, scorerFile, scratchOf, type DataFolders, type DatasetPlaces } from '../places.ts'
import { builtInScorers, columnScorer, type ScorerKind } from '../scorers/scorer-kinds.ts'
import { writeScorer } from '../scorers/write-scorer.ts'
import type { DatasetStore } from '../store.ts'
import { benchmarkMapping, readAsBenchmark } from './benchmark-rows.ts'
import { contentHash, hashedRows } from './content-hash.ts'
import { finalAnswerSql, labAnswerSql } from './final-answer-sql.ts'
import { pathParts } from './field-path.ts'
import { judgePairs } from './judge.ts'
import { parseSql } from './parse-sql.ts'
import { phases, type Phases } from './phases.ts'
import { countStaged, listRejections, refuseEmpty } from './rejections.ts'
import { copyRows, rowsSql } from './rows-sql.ts'

export interface ImportDeps {
  readonly duck: Duck
  readonly folders: DataFolders
  readonly store: DatasetStore
  readonly now: () => number
}

export interface ImportRequest {
  readonly file: LocalFile
  readonly name?: string | undefined
  readonly mapping?: ColumnMapping | undefined
  /** Rows are read as this benchmark's file has them, and judged by its verifier; `mapping` is not looked at. */
  readonly benchmark?: BenchmarkId | undefined
  /** How the dataset says where it came from; default: the file's path. */
  readonly source?: string
  readonly signal?: AbortSignal | undefined
  /** Share done, 0..1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface Imported {
  readonly dataset: Dataset
  /** False: the same rows were here already, and that dataset is the result. */
  readonly isNew: boolean
  /** Of this file; those of an older dataset with the same rows may differ. */
  readonly rejected: number
  /** The first 1,000. */
  readonly rejections: Dataset['rejections']
  /** What the user should know beside the counts. */
  readonly note: string | null
}

/**
 * Throws `input.empty` when no row survives, `dataset.column_missing`, `input.invalid` (no mapping can be guessed),
 * `file.missing`, `file.unreadable`, `workspace.full`, `cancelled`. Whatever it throws, nothing is left behind.
 */
export async function importFile(deps: ImportDeps, request: ImportRequest): Promise<Imported> {
  const { duck, folders } = deps
  const { file, signal } = request
  const folder = join(scratchOf(folders), newId('ds'))
  await mkdir(folder, { recursive: true })
  try {
    const look = await lookInto(duck, file, scratchOf(folders), signal)
    const benchmark = request.benchmark === undefined ? null : benchmarkOf(request.benchmark)
    const mapping = benchmark ? benchmarkMapping : (request.mapping ?? guessed(look, file))
    const task = benchmark ? (benchmark.verifier === 'gsm8k' ? 'gsm8k' : 'text') : taskUnder(mapping, look.rows)
    const phase = phases({ scan: 8, stage: 35, judge: 10, rows: 32, hash: 17, scores: 8 }, request.onProgress, signal)

    const columns = benchmark ? undefined : [...new Set(mappedColumns(mapping))]
    const found = await prepare(file, look.format, {
      duck,
      folder,
      columns,
      signal,
      onBytes: (done) => phase.share('scan', done / file.bytes),
    })
    const prepared = benchmark ? await readAsBenchmark(duck, found, benchmark, folder, signal) : found
    const staged = join(folder, 'staged.parquet')
    await stage(
      duck,
      { prepared, mapping, task, layouts: benchmark ? [['prompt', 'answer']] : layoutsOf(look), staged },
      phase.of('stage'),
    )
    await assertUnchanged(file)
    const counts = await countStaged(duck, staged, { signal })
    if (prepared.rows !== null && prepared.rows !== counts.staged) throw unlike(file, prepared.rows, counts.staged)
    if (counts.kept === 0) await refuseEmpty(duck, staged, file.name, columnNames(look.columns))

    const made = datasetPlaces(join(folder, 'dataset'))
    await mkdir(made.scores, { recursive: true })
    const judged =
      mapping.answer === undefined
        ? null
        : await judgePairs(duck, { staged, file: join(folder, 'judged.jsonl'), task }, phase.of('judge'))
    const isWhole = counts.kept === counts.staged
    await duck.run(
      copyRows(rowsSql({ staged, hasReference: mapping.answer !== undefined, judged, isWhole }), made.rows),
      phase.of('rows'),
    )
    const hash = await contentHash(duck, hashedRows(made.rows), phase.of('hash'))
    const scorers = await scoreRows(duck, { mapping, task, staged, made }, phase)
    const rejections = await listRejections(
      duck,
      { file: file.name, staged, open: prepared.open, stagedRows: counts.staged },
      { signal },
    )
    if (prepared.lost !== null) rejections.push({ file: file.name, line: counts.staged, reason: prepared.lost })
    const prompts = await countPrompts(duck, made.rows, { signal })
    await assertUnchanged(file)
    signal?.throwIfAborted()

    const facts = {
      task,
      rows: counts.kept,
      prompts,
      rejected: counts.rejected + (prepared.lost === null ? 0 : 1),
      rejections: rejections.slice(0, 1000),
      source: request.source ?? file.path,
      mapping,
      contentHash: hash,
      scorers,
    }
    return settle(deps, made, request.name?.trim() || (benchmark?.title ?? nameFromFile(file)), facts)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function guessed({ guess, columns, format }: Look, file: LocalFile): ColumnMapping {
  if (guess.prompt !== undefined) return ColumnMapping.parse(guess)
  // Of lines that cannot be read, each is to be named with its reason: any mapping will do.
  if (columns.length === 0 && format.format !== 'parquet') return ColumnMapping.parse({ prompt: 'prompt' })
  if (columns.length === 0) {
    throw new Failure({
      code: 'input.empty',
      message: 'The file holds no rows.',
      input: file.name,
      remedy: 'Choose another file.',
    })
  }
  throw new Failure({
    code: 'input.invalid',
    message: 'No field of the file looks like a prompt.',
    input: file.name,
    remedy: `Say which field is the prompt: ${columnNames(columns).slice(0, 40).join(', ')}.`,
  })
}

/** Top-level fields that the mapping reads. */
export const mappedColumns = ({ prompt, trajectory, answer, source, scores }: ColumnMapping): string[] =>
  [prompt, trajectory, answer, source, ...scores].flatMap((path) => (path === undefined ? [] : [pathParts(path)[0]!]))

interface StageFacts {
  readonly prepared: Prepared
  readonly mapping: ColumnMapping
  readonly task: Dataset['task']
  readonly layouts: readonly (readonly string[])[]
  readonly staged: string
}

function stage(
  duck: Duck,
  { prepared, mapping, task, layouts, staged }: StageFacts,
  options: QueryOptions,
): Promise<void> {
  const answer = task === 'lab' ? labAnswerSql('trajectory') : finalAnswerSql('trajectory')
  const final = mapping.trajectory === undefined ? 'NULL::VARCHAR' : answer
  return duck.run(
    `COPY (SELECT *, CASE WHEN reason IS NULL THEN ${final} END AS final FROM (${parseSql(prepared.sql, mapping, layouts)}))
     TO ${sqlText(staged)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 20480)`,
    options,
  )
}

/** The lists of names that the first rows have, in their order. */
const layoutsOf = ({ rows }: Look): string[][] =>
  [...new Map(rows.map((row) => [JSON.stringify(Object.keys(row)), Object.keys(row)])).values()].slice(0, 8)

const unlike = (file: LocalFile, expected: number, found: number) =>
  new Failure({
    code: 'file.unreadable',
    message: `The file has ${expected} lines, but ${found} were read; nothing was stored.`,
    input: file.name,
    remedy: 'Import it again when its writer has finished; if it stays so, report it with the file.',
  })

async function countPrompts(duck: Duck, rows: string, options: QueryOptions): Promise<number> {
  const [found] = await duck.rows<{ prompts: number }>(
    `SELECT count(DISTINCT prompt_hash) AS prompts FROM read_parquet(${sqlText(rows)})`,
    options,
  )
  return found!.prompts
}

interface ScoreFacts {
  readonly mapping: ColumnMapping
  readonly task: Dataset['task']
  readonly staged: string
  readonly made: DatasetPlaces
}

async function scoreRows(
  duck: Duck,
  { mapping, task, staged, made }: ScoreFacts,
  phase: Phases<'scores'>,
): Promise<Scorer[]> {
  const values = (i: number) =>
    `SELECT (row_number() OVER () - 1)::INTEGER AS "row", score${i} AS text FROM read_parquet(${sqlText(staged)}) WHERE reason IS NULL`
  const kinds: ScorerKind[] = [
    ...builtInScorers(task, mapping.trajectory !== undefined, made.rows),
    ...mapping.scores.map((path, i) => columnScorer(path, values(i))),
  ]
  const scorers: Scorer[] = []
  for (const [i, kind] of kinds.entries()) {
    phase.share('scores', i / kinds.length)
    const scorer = await writeScorer(duck, kind, made.scorer(kind.id), { signal: phase.signal })
    if (scorer) scorers.push(scorer)
  }
  return scorers
}

type Facts = Omit<Dataset, 'id' | 'name' | 'version' | 'bytes' | 'createdAt'>

/**
 * Puts a finished folder in its place, or gives its new scorers to the dataset that holds the same rows. Synchronous, so
 * that two imports that end at once cannot take one version.
 */
function settle({ folders, store, now }: ImportDeps, made: DatasetPlaces, name: string, facts: Facts): Imported {
  const same = store.datasetByContent(facts.task, facts.contentHash)
  if (same) return joinInto(folders, store, same, made, facts)
  const id = newId('ds')
  const dataset: Dataset = {
    id,
    name,
    version: store.lastDatasetVersion(name) + 1,
    ...facts,
    bytes: bytesOf(made, facts.scorers),
    createdAt: now(),
  }
  writeWhole(made.manifest, JSON.stringify(dataset))
  renameSync(made.folder, datasetAt(folders, id).folder)
  store.addDataset(dataset)
  return { dataset, isNew: true, rejected: facts.rejected, rejections: facts.rejections, note: null }
}

function joinInto(
  folders: DataFolders,
  store: DatasetStore,
  same: NonNullable<ReturnType<DatasetStore['datasetByContent']>>,
  made: DatasetPlaces,
  facts: Facts,
): Imported {
  const { id, name, version, scorers } = same.value
  const places = datasetAt(folders, id)
  const added = facts.scorers.filter((scorer) => !scorers.some((known) => known.id === scorer.id))
  mkdirSync(places.scores, { recursive: true })
  for (const scorer of added) renameSync(made.scorer(scorer.id), places.scorer(scorer.id))
  if (added.length > 0) store.putScorers(id, added)
  if (same.removedAt !== null) store.setDatasetRemoved(id, null)
  const dataset = store.dataset(id)!.value
  writeWhole(places.manifest, JSON.stringify(dataset))
  const back = same.removedAt === null ? '' : ' It was in the bin and is back.'
  const more = added.length === 0 ? '' : ` New difficulty scores: ${added.map(({ title }) => title).join(', ')}.`
  const bad = facts.rejected === 0 ? '' : ` Lines of this file that could not be used: ${facts.rejected}.`
  const { rejected, rejections } = facts
  return {
    dataset,
    isNew: false,
    rejected,
    rejections,
    note: `The same rows are already here as "${name}" v${version}.${back}${more}${bad}`,
  }
}

const bytesOf = (made: DatasetPlaces, scorers: readonly Scorer[]): number =>
  [made.rows, ...scorers.map(({ id }) => join(made.scores, scorerFile(id)))].reduce(
    (sum, file) => sum + statSync(file).size,
    0,
  )
