/** A run's budget made larger: it then goes on from its last checkpoint as one that was stopped short. Pure. */
import { createHash } from 'node:crypto'
import { Failure } from '#shared/contract/failure.ts'
import type { Budget, Stage } from '#shared/experiment/spec.ts'
import { formatFlops } from '#shared/flops/units.ts'
import type { RunChange, RunRow } from '../store/runs.ts'
import { canonical } from './expand.ts'

/** New limits in all, not on top; what is left out stays as it was. */
export type BudgetChange = Partial<Budget>

export interface Extension {
  readonly change: RunChange
  /** What was changed, for the run's events. */
  readonly words: string
}

/**
 * The run with its new limits. Throws `input.invalid` where a limit (new or old) is used up already: the run would end
 * before its first step.
 */
export function extension(run: RunRow, wanted: BudgetChange): Extension {
  const stage = JSON.parse(run.stage) as Stage
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)) as BudgetChange
  const budget: Budget = { ...stage.budget, ...given }
  for (const { name, limit, spent, words } of limitsOf(budget, run)) {
    if (limit === undefined || limit > spent) continue
    throw new Failure({
      code: 'input.invalid',
      message: `${run.name} has used ${words(spent)} already; a limit of ${words(limit)} leaves nothing to do.`,
      input: `${run.id}, budget.${name}`,
      remedy: `Give it a ${name} limit above ${words(spent)}.`,
    })
  }
  const next = { ...stage, budget }
  return {
    change: {
      stage: JSON.stringify(next),
      steps: budget.steps,
      // It is another experiment now: a base made with these settings at once may stand for it, the shorter one may not.
      fingerprint: createHash('sha256')
        .update(`${run.fingerprint} ${canonical(budget)}`)
        .digest('hex')
        .slice(0, 32),
    },
    words: `Budget changed: ${limitsOf(budget, run)
      .flatMap(({ limit, words }) => (limit === undefined ? [] : `to ${words(limit)}`))
      .join(', ')}. It goes on from its last checkpoint.`,
  }
}

interface Limit {
  readonly name: keyof Budget
  readonly limit: number | undefined
  readonly spent: number
  words(value: number): string
}

function limitsOf(budget: Budget, run: RunRow): Limit[] {
  const steps = (value: number) => `${value} steps`
  const minutes = (value: number) => `${Number(value.toFixed(1))} minutes`
  return [
    { name: 'steps', limit: budget.steps, spent: run.step, words: steps },
    { name: 'flops', limit: budget.flops, spent: run.flops, words: formatFlops },
    {
      name: 'totalFlops',
      limit: budget.totalFlops,
      spent: run.before_flops + run.flops,
      words: (value) => `${formatFlops(value)} in all`,
    },
    { name: 'minutes', limit: budget.minutes, spent: run.wall_ms / 60_000, words: minutes },
  ]
}
