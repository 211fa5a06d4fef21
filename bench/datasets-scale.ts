/**
 * How long import and curation take at the size of a large public pool: `node bench/datasets-scale.ts [rows]` (default
 * 889,000, about 780 MB). Writes a synthetic file of solutions with pass rates into a temporary folder, imports it as a user
 * would, and asks what the Curate view asks. Prints wall seconds and processor seconds: on a busy machine only the latter tell.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { once } from 'node:events'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { SubsetRecipe } from '#shared/contract/datasets.ts'
import { rowStream } from '#tasks/row-stream.ts'
import { createDatasetService } from '../electron/engine/datasets/dataset-service.ts'
import { createDatasetStore } from '../electron/engine/store/datasets.ts'
import { openStore } from '../electron/engine/store/store.ts'
import { openFolder } from '../electron/engine/workspace/folder.ts'

const rows = Number(process.argv[2] ?? 889_000)
const promptsPerRow = 93_733 / 889_000
const words = (
  'the of we find that so x y equals sum number let then since triangle angle integer root value consider total each because therefore ' +
  'substitute square both sides gives check answer hence between prime divisor modulo product average remaining clips sold dollars hours twice half'
).split(' ')
const sources = ['aops', 'olympiads', 'gsm8k', 'math', 'amc_aime', 'synthetic_math', 'cn_k12']

/** 3 % end in a wrong answer, 1.3 % in none; lengths are skewed as written solutions are. */
async function writePool(path: string): Promise<void> {
  const stream = rowStream(7)
  const text = (n: number) => Array.from({ length: n }, () => words[stream.below(words.length)]).join(' ')
  const prompts = Array.from(
    { length: Math.max(1, Math.round(rows * promptsPerRow)) },
    (_, i) => `${text(15 + stream.below(26))} #${i}?`,
  )
  const out = createWriteStream(path)
  for (let row = 0; row < rows; row++) {
    const at = stream.below(prompts.length)
    const passed = Math.min(16, Math.floor(17 * Math.max(stream.uniform(), stream.uniform())))
    const answer = stream.below(1000)
    const length = 10 + Math.floor(-28 * Math.log(stream.uniform() * stream.uniform() * stream.uniform()))
    const end = stream.uniform()
    const solution = `${text(length)}${end < 0.013 ? '' : ` \\boxed{${end < 0.043 ? answer + 1 : answer}}`}`
    const line = {
      problem: prompts[at],
      solution,
      answer: String(answer),
      source: sources[at % sources.length],
      pass: `${passed}/16`,
      model: { difficulty: 16 - passed },
    }
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [start, used] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(used)
  const seconds = (n: number) => n.toFixed(2).padStart(8)
  console.log(
    `${what.padEnd(64)}${seconds((performance.now() - start) / 1e3)} s wall${seconds((user + system) / 1e6)} s processor`,
  )
  return result
}

const folder = await mkdtemp(join(tmpdir(), 'datasets-scale-'))
try {
  const path = join(folder, 'pool.jsonl')
  await writePool(path)
  const { size } = await stat(path)
  console.log(
    `${rows.toLocaleString('en')} rows, ${(size / 1e6).toFixed(0)} MB; ${cpus()[0]?.model}, ${availableParallelism()} threads\n`,
  )
  const folders = openFolder(join(folder, 'workspace'))
  const sqlite = openStore(folders.database, { backups: null })
  let peak = 0
  const watching = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
  const service = createDatasetService({ folders, store: createDatasetStore(sqlite), now: Date.now, changed: () => {} })
  const { curate } = service
  const { dataset } = await timed('import', () => service.import({ path }))
  console.log(
    `  ${dataset.rows.toLocaleString('en')} rows kept, ${dataset.rejected} rejected, ${(dataset.bytes / 1e6).toFixed(0)} MB of Parquet, peak memory ${(peak / 1e6).toFixed(0)} MB\n`,
  )
  const recipe = (parts: Partial<SubsetRecipe> = {}) =>
    SubsetRecipe.parse({ dataset: dataset.id, name: 'bench', scorer: 'column:pass', ...parts })
  const hard = recipe({ strategy: 'hard', count: Math.round(rows * 0.115) })
  await timed('first look: the narrow columns come into memory', () => curate.sources(dataset.id))
  await timed('histogram', () => curate.histogram(recipe(), 30))
  for (let i = 1; i <= 3; i++)
    await timed(`histogram, another brushed range (${i})`, () =>
      curate.histogram(recipe({ filters: { ...recipe().filters, range: [i / 20, 0.5] } }), 30),
    )
  await timed('heat map, pass rate by length', () => curate.heatMap(dataset.id, 'column:pass', 'length', 20))
  await timed('counts, draw and splits: Hard, 11.5 % of the pool', () => curate.counts(hard))
  for (let seed = 2; seed <= 4; seed++)
    await timed(`counts, draw and splits, another seed (${seed})`, () => curate.counts({ ...hard, seed }))
  await timed('counts, draw and splits: everything', () => curate.counts(recipe({ strategy: 'all' })))
  await timed('counts, one row a prompt', () =>
    curate.counts({ ...hard, count: 1000, filters: { ...hard.filters, duplicatePrompts: true } }),
  )
  const page = { recipe: hard, drawn: false, sort: 'score', descending: true, offset: 0, limit: 100 } as const
  await timed('a page of 100 rows of the pool, hardest first', () => curate.rows(page))
  await timed('a page from the middle of the pool, by length', () =>
    curate.rows({ ...page, sort: 'length', offset: Math.floor(rows / 2) }),
  )
  await timed('a page of the draw', () => curate.rows({ ...page, drawn: true }))
  await timed('one row whole', () => curate.row(hard, Math.floor(rows / 3)))
  await timed('a text found among all prompts and trajectories', () =>
    curate.rows({ ...page, recipe: recipe({ filters: { ...recipe().filters, text: 'twice half #77' } }) }),
  )
  const near = recipe({ filters: { ...recipe().filters, nearDuplicates: 0.7 } })
  await timed(`near-duplicates among ${dataset.prompts.toLocaleString('en')} prompts, the first time`, () =>
    curate.counts(near),
  )
  await timed('near-duplicates, another seed', () => curate.counts({ ...near, seed: 2 }))
  const subset = await timed('save the draw as a subset', () => service.subsets.create(hard))
  await timed('export it as JSONL', () => service.subsets.export(subset.id, null))
  await timed('read its rows as a run does', async () => {
    let read = 0
    for await (const row of service.subsets.rows(subset.id)) read += row.prompt === '' ? 0 : 1
    return read
  })
  clearInterval(watching)
  console.log(`\npeak memory ${(peak / 1e6).toFixed(0)} MB`)
  await service.close()
  sqlite.close()
} finally {
  await rm(folder, { recursive: true, force: true })
}
