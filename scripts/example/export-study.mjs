/**
 * Makes resources/example/study.json of a finished `study quick` workspace, which no engine may have open:
 *   npm start -- study quick --workspace DIR
 *   node scripts/example/export-study.mjs DIR
 * Runs, all points, evaluations prompt by prompt, the report; rollouts of a few steps. No weights and no paths.
 */
import Database from 'better-sqlite3'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const target = join(import.meta.dirname, '..', '..', 'resources', 'example', 'study.json')
/** Steps of a run whose rollouts come along: the first, the last and those between. */
const sampledSteps = 4
const mostPrompts = 8
const mostBytes = 4_500_000

const [workspace] = process.argv.slice(2)
if (workspace === undefined) throw new Error('name the workspace of a finished quick study')
const db = new Database(join(workspace, 'switchpoint.db'), { readonly: true, fileMustExist: true })

/** @param {string} sql @param {unknown[]} values */
const rows = (sql, ...values) => /** @type {Record<string, any>[]} */ (db.prepare(sql).all(...values))
/** Six digits are more than any chart shows. @param {number} value */
const short = (value) => Number(value.toPrecision(6))

const study = rows("SELECT * FROM studies WHERE kind = 'quick' AND state = 'done' ORDER BY started_at DESC LIMIT 1")[0]
if (!study) throw new Error(`${workspace} holds no finished quick study`)
const { workspace: _path, report: _report, ...result } = JSON.parse(study['result'])

/** The named columns of a row. @param {Record<string, any>} row @param {string[]} names */
const pick = (row, names) => Object.fromEntries(names.map((name) => [name, row[name]]))

/** @param {number} run */
function metricsOf(run) {
  const steps = rows('SELECT step, flops, tokens, wall_ms FROM positions WHERE run_no = ? ORDER BY step', run)
  const keys = rows(
    'SELECT DISTINCT k.no, k.key FROM metrics m JOIN metric_keys k ON k.no = m.key_no WHERE m.run_no = ? ORDER BY k.no',
    run,
  )
  return {
    positions: {
      step: steps.map(({ step }) => step),
      flops: steps.map(({ flops }) => flops),
      tokens: steps.map(({ tokens }) => tokens),
      wallMs: steps.map(({ wall_ms: wallMs }) => Math.round(wallMs)),
    },
    metrics: Object.fromEntries(
      keys.map(({ no, key }) => {
        const points = rows('SELECT step, value FROM metrics WHERE run_no = ? AND key_no = ? ORDER BY step', run, no)
        return [key, { step: points.map(({ step }) => step), value: points.map(({ value }) => short(value)) }]
      }),
    ),
  }
}

/** Rollouts at a few steps, the first prompts of each. @param {number} run */
function samplesOf(run) {
  const all = rows('SELECT DISTINCT step, purpose FROM samples WHERE run_no = ? ORDER BY purpose, step', run)
  return ['eval', 'train'].flatMap((purpose) => {
    const steps = all.filter((each) => each['purpose'] === purpose).map(({ step }) => step)
    const chosen = new Set(
      Array.from({ length: sampledSteps }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (sampledSteps - 1))]),
    )
    return [...chosen]
      .filter((step) => step !== undefined)
      .map((step) => {
        const samples = rows(
          'SELECT sample FROM samples WHERE run_no = ? AND step = ? AND purpose = ? ORDER BY ordinal',
          run,
          step,
          purpose,
        ).map(({ sample }) => JSON.parse(sample))
        const prompts = new Set([...new Set(samples.map(({ promptId }) => promptId))].slice(0, mostPrompts))
        return { step, purpose, samples: samples.filter(({ promptId }) => prompts.has(promptId)) }
      })
  })
}

const runs = rows('SELECT * FROM runs WHERE study = ? ORDER BY no', study['id']).map((run) => ({
  ...pick(run, ['id', 'name', 'experiment', 'parent', 'parent_step', 'kind', 'objective', 'paradigm', 'model', 'task']),
  ...pick(run, ['data', 'seed', 'state', 'step', 'steps', 'flops', 'tokens', 'before_flops', 'before_tokens']),
  ...pick(run, ['role', 'code_version', 'parameters', 'created_at', 'started_at', 'ended_at']),
  wall_ms: Math.round(run['wall_ms']),
  stage: JSON.parse(run['stage']),
  engine: JSON.parse(run['engine']),
  backend: JSON.parse(run['backend']),
  ...metricsOf(run['no']),
  evaluations: rows('SELECT * FROM evaluations WHERE run_no = ? ORDER BY step', run['no']).map((each) => ({
    ...pick(each, ['step', 'flops', 'k']),
    promptIds: JSON.parse(each['prompt_ids']),
    correct: JSON.parse(each['correct']),
    greedy: JSON.parse(each['greedy']),
  })),
  samples: samplesOf(run['no']),
  events: rows('SELECT step, level, text, at FROM events WHERE run_no = ? ORDER BY id', run['no']),
}))

const example = {
  format: 1,
  study: {
    ...pick(study, ['id', 'kind', 'seed', 'started_at', 'ended_at', 'worked_ms']),
    plan: JSON.parse(study['plan']),
    result,
  },
  report: readFileSync(join(workspace, 'reports', `${study['id']}.html`), 'utf8'),
  runs,
}
const text = JSON.stringify(example)
for (const path of [workspace, process.cwd(), process.env['HOME']])
  if (path && text.includes(path)) throw new Error(`the export names a path of this machine: ${path}`)
if (text.length > mostBytes) throw new Error(`the export has ${text.length} bytes, more than ${mostBytes}`)
writeFileSync(target, `${text}\n`)
process.stdout.write(`${target}: ${runs.length} runs, ${(text.length / 1e6).toFixed(1)} MB\n`)
