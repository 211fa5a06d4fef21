/** A data card: what lies beside an export and says where its rows come from and how they were chosen. */
import { basename } from 'node:path'
import type { Dataset, RecipeCounts, Subset } from '#shared/contract/datasets.ts'
import type { ExportForm } from './export-form.ts'

export interface CardFacts {
  readonly dataset: Dataset
  /** Null: the whole dataset was exported. */
  readonly subset: Subset | null
  readonly counts: RecipeCounts | null
  readonly form: ExportForm
  readonly file: string
  readonly rows: number
}

/** Paths of the machine stay out of it: a card is made to be passed on. */
export function cardOf({ dataset, subset, counts, form, file, rows }: CardFacts) {
  const { name, version, task, contentHash, mapping, rejected, scorers } = dataset
  const scorer = subset && scorers.find(({ id }) => id === subset.recipe.scorer)
  return {
    file,
    rows,
    contentHash: subset?.contentHash ?? contentHash,
    fields: { ...form, split: subset ? 'train, validation or test' : null },
    dataset: {
      name,
      version,
      task,
      contentHash,
      rows: dataset.rows,
      prompts: dataset.prompts,
      rejected,
      source: basename(dataset.source),
      mapping,
    },
    subset: subset && {
      name: subset.name,
      version: subset.version,
      recipe: subset.recipe,
      splits: subset.splits,
      difficulty: scorer && { title: scorer.title, unit: scorer.unit, harder: scorer.harder },
      steps: counts?.steps ?? null,
      strategyRows: counts?.strategyRows ?? null,
      threshold: counts?.threshold ?? null,
      prompts: counts?.prompts ?? null,
      meanLength: subset.meanLength,
    },
  }
}
export type DataCard = ReturnType<typeof cardOf>

const n = (value: number) => value.toLocaleString('en')

export function cardMarkdown(card: DataCard): string {
  const { dataset, subset } = card
  const lines = [
    `# ${subset ? `${subset.name} v${subset.version}` : `${dataset.name} v${dataset.version}`}`,
    '',
    `${n(card.rows)} rows in \`${card.file}\`, one JSON object a line.`,
    '',
    '## Origin',
    '',
    `- Dataset: ${dataset.name} v${dataset.version} (${n(dataset.rows)} rows, ${n(dataset.prompts)} different prompts, ${n(dataset.rejected)} lines rejected at import)`,
    `- Source: ${dataset.source}`,
    `- Content hash of the dataset: \`${dataset.contentHash}\``,
    `- Content hash of this file's rows: \`${card.contentHash}\``,
  ]
  if (subset) {
    const { recipe, splits, difficulty } = subset
    lines.push('', '## Selection', '', '| step | removed | left |', '| --- | ---: | ---: |')
    for (const step of subset.steps ?? [])
      if (step.on) lines.push(`| ${step.label.replaceAll('|', '\\|')} | ${n(step.removed)} | ${n(step.left)} |`)
    if (difficulty) {
      const bound = subset.threshold === null ? '' : `, bound ${subset.threshold}`
      lines.push(
        '',
        `Strategy **${recipe.strategy}** on ${difficulty.title}${difficulty.unit ? ` (${difficulty.unit})` : ''}, ${difficulty.harder} is harder${bound}.`,
      )
    }
    lines.push(
      `${recipe.count === null ? 'Every row' : `${n(recipe.count)} rows drawn`} of ${n(subset.strategyRows ?? card.rows)}; seed ${recipe.seed}.`,
      '',
      `Splits by prompt, no prompt in two: train ${n(splits.train)}, validation ${n(splits.validation)}, test ${n(splits.test)}.`,
    )
  }
  lines.push('', '## Fields', '')
  for (const [part, field] of Object.entries(card.fields))
    if (field !== null) lines.push(part === 'split' ? `- \`split\`: ${field}` : `- \`${field}\`: ${part}`)
  return `${lines.join('\n')}\n`
}
