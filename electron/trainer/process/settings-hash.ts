/** The settings that two attempts of one run must share. */
import { createHash } from 'node:crypto'
import type { RunFile } from '#shared/experiment/run-folder.ts'

/**
 * Hash of everything that shapes the weights: model (a folder's contents: `fingerprint`), task, seed, precision, and the stage without its name, budget, evaluation
 * and checkpoint schedule. Those may change when a run goes on (a budget can be extended); these may not.
 */
export function settingsHash({ model, task, text, seed, engine, stage }: RunFile, fingerprint: string | null): string {
  const { name: _name, budget: _budget, evaluation: _evaluation, checkpoints: _checkpoints, ...shaping } = stage
  const whole = {
    ...{ model, task, seed, precision: engine.precision, stage: shaping },
    // Left out for the lab task, whose runs of before must go on.
    ...(text && { text: { ...text, tokenizer: undefined } }),
    ...(fingerprint !== null && { fingerprint }),
  }
  return createHash('sha256').update(canonical(whole)).digest('hex').slice(0, 16)
}

/** JSON with sorted keys: two objects with the same fields give the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}
