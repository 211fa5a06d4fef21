/** The settings that two attempts of one run must share. */
import { createHash } from 'node:crypto'
import type { RunFile } from '#shared/experiment/run-folder.ts'

/**
 * Hash of everything that shapes the weights: model (a folder's contents: `fingerprint`), task, seed, precision, and the stage without
 * its name, budget, evaluation and checkpoint schedule. Those may change when a run goes on (a budget can be extended); these may not.
 */
export const settingsHash = (run: RunFile, fingerprint: string | null): string => hashOf(run, fingerprint, {})

/** Whether a checkpoint with `settings` was written by this run as it is now, by this version or by one before. */
export const sharesSettings = (settings: string, run: RunFile, fingerprint: string | null): boolean =>
  settings === settingsHash(run, fingerprint) || settings === hashOf(run, fingerprint, laterDefaults)

/** Settings that came after the first runs, with the default that stands for what those did. */
const laterDefaults: LeftOut = { importanceCorrected: false }

/** Values by name of field. */
type LeftOut = Readonly<Record<string, unknown>>

function hashOf(run: RunFile, fingerprint: string | null, leftOut: LeftOut): string {
  const { model, task, text, seed, engine, stage } = run
  const { name: _name, budget: _budget, evaluation: _evaluation, checkpoints: _checkpoints, ...shaping } = stage
  const whole = {
    ...{ model, task, seed, precision: engine.precision, stage: shaping },
    // Left out for the lab task, whose runs of before must go on.
    ...(text && { text: { ...text, tokenizer: undefined } }),
    ...(fingerprint !== null && { fingerprint }),
  }
  return createHash('sha256').update(canonical(whole, leftOut)).digest('hex').slice(0, 16)
}

/** JSON with sorted keys: two objects with the same fields give the same text. */
function canonical(value: unknown, leftOut: LeftOut): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonical(each, leftOut)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([key, field]) => field !== undefined && field !== leftOut[key])
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field, leftOut)}`).join(',')}}`
}
