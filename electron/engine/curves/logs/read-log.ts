/**
 * Logs of other trainers, known by their content, never by their names: Hugging Face and TRL (`trainer_state.json`), verl
 * (file logger, console), LLaMA-Factory, ms-swift, and any JSON lines with a step.
 */
import { stripVTControlCharacters } from 'node:util'
import { isRecord, numbersOf, parsePythonJson, type BadLine, type LogRow, type TrainerLog } from './trainer-log.ts'

/** The log, or null where the text is none that is known. */
export function readLog(text: string): TrainerLog | null {
  const body = text.replace(/^\uFEFF/, '')
  return trainerState(body) ?? jsonLines(body) ?? verlConsole(body)
}

function trainerState(text: string): TrainerLog | null {
  if (!/^\s*\{/.test(text) || !text.includes('"log_history"')) return null
  let state: unknown
  try {
    state = parsePythonJson(text)
  } catch {
    return null
  }
  if (!isRecord(state) || !Array.isArray(state['log_history'])) return null
  const records = state['log_history'].filter(isRecord)
  const isTrl = records.some((record) => 'reward' in record || 'rewards/chosen' in record)
  const { total_flos: flops } = state
  return {
    format: isTrl ? 'TRL trainer state' : 'Hugging Face trainer state',
    rows: records.flatMap((record) => rowOf(record, record['step']) ?? []),
    badLines: [],
    totalFlops: typeof flops === 'number' && flops > 0 ? flops : null,
  }
}

/** Where a record says its step: verl, LLaMA-Factory, ms-swift (as `5/100`), wandb's exports, anyone. */
const stepKeys = ['step', 'current_steps', 'global_step/max_steps', 'global_step', '_step', 'training/global_step']

function jsonLines(text: string): TrainerLog | null {
  if (!/^\s*\{/.test(text)) return null
  const rows: LogRow[] = []
  const badLines: BadLine[] = []
  let format = 'JSON lines'
  let lines = 0
  text.split('\n').forEach((content, i) => {
    if (content.trim() === '') return
    lines++
    const bad = (reason: string) => badLines.push({ line: i + 1, reason })
    let record: unknown
    try {
      record = parsePythonJson(content)
    } catch {
      return bad('The line is no JSON; it may have been cut off.')
    }
    if (!isRecord(record)) return bad('The line is no JSON object.')
    if (isRecord(record['data']) && 'step' in record) format = 'verl file log'
    else if ('current_steps' in record) format = 'LLaMA-Factory trainer log'
    else if ('global_step/max_steps' in record || 'train_speed(iter/s)' in record) format = 'ms-swift log'
    const values = isRecord(record['data']) ? { ...record['data'] } : record
    const key = stepKeys.find((each) => each in record)
    const row = key === undefined ? null : rowOf(values, record[key])
    if (row) rows.push(row)
    // Trainers end their logs with a line of totals that belongs to no step.
    else if (key !== undefined) bad('The line names no step.')
  })
  // A pretty-printed document is not one record a line.
  return rows.length > 0 && badLines.length < lines / 2 ? { format, rows, badLines, totalFlops: null } : null
}

/** verl's console: `step:12 - key:val - key:val`, with colours and Ray's prefix, among anything else. */
function verlConsole(text: string): TrainerLog | null {
  const rows: LogRow[] = []
  for (const content of text.split('\n')) {
    if (!content.includes('step:')) continue
    const found = /(?:^|\s)step:(\d+) - (.+)$/.exec(stripVTControlCharacters(content).trimEnd())
    if (!found) continue
    const values: Record<string, number> = {}
    for (const part of found[2]!.split(' - ')) {
      const colon = part.lastIndexOf(':')
      const value = Number(/^(?:np\.\w+\()?([-+.\deE]+)\)?$/.exec(part.slice(colon + 1).trim())?.[1] ?? Number.NaN)
      if (colon > 0 && Number.isFinite(value)) values[part.slice(0, colon).trim()] = value
    }
    if (Object.keys(values).length > 0) rows.push({ step: Number(found[1]), values })
  }
  return rows.length > 0 ? { format: 'verl console', rows, badLines: [], totalFlops: null } : null
}

function rowOf(record: Readonly<Record<string, unknown>>, said: unknown): LogRow | null {
  const step = typeof said === 'string' ? Number(/^(\d+)(?:\/\d+)?$/.exec(said)?.[1] ?? Number.NaN) : said
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0) return null
  const values = { ...numbersOf(record), ...elapsed(record['elapsed_time']) }
  for (const key of stepKeys) delete values[key]
  return { step, values }
}

/** `1 day, 2:03:04` or `0:01:03` in seconds. */
function elapsed(text: unknown): Record<string, number> {
  const found = typeof text === 'string' ? /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)$/.exec(text) : null
  if (!found) return {}
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ]
  return { elapsed_time: 86_400 * days + 3600 * hours + 60 * minutes + seconds }
}
