/** What `study quick` promises: its document, its runs at equal compute, gains beyond noise, a report that stands alone. */
import { readFile } from 'node:fs/promises'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import { expect, test } from '../fixtures.ts'
import { command } from '../program.ts'
import { studyResult } from '../study.ts'

test.use({ seed: 'study' })

interface Evaluation {
  readonly [key: string]: [step: number, flops: number, tokens: number, wallMs: number, value: number][]
}

test('the quick study holds what it promises', async ({ place }) => {
  test.slow()
  const result = await studyResult()
  const of = (role: string) => result.runs.filter((run) => run.role === role)
  expect(result.runs.map(({ role }) => role).sort()).toEqual(
    ['base', 'sft', 'branch', 'branch', 'branch', 'luffy', 'pure-rl', 'pure-sft'].sort(),
  )
  test.info().annotations.push({ type: 'wallS', description: String(result.wallS) })

  await test.step('branches start in the SFT run, at three of its steps', () => {
    const [sft] = of('sft')
    for (const branch of of('branch')) expect(branch.parent).toBe(sft?.id)
    expect(new Set(of('branch').map(({ parentStep }) => parentStep)).size).toBe(3)
  })

  await test.step('SFT passes through Adaptive, Stable and Mild, with at least 6 checkpoints; a branch starts in each', async () => {
    const [sft] = of('sft')
    const metrics = (await command(place, ['run', 'metrics', sft!.id])).document as { series: Evaluation }
    const losses = metrics.series['val/loss']!.map(([step, , , , loss]) => ({ step, loss }))
    const regimeAt = new Map(classifyRegimes(losses).points.map(({ step, regime }) => [step, regime]))
    expect([...regimeAt.values()]).toEqual(expect.arrayContaining(['adaptive', 'stable', 'mild']))
    expect(
      of('branch')
        .map(({ parentStep }) => regimeAt.get(parentStep!))
        .sort(),
    ).toEqual(['adaptive', 'mild', 'stable'])
    const shown = (await command(place, ['run', 'show', sft!.id])).document as { checkpoints: unknown[] }
    expect(shown.checkpoints.length).toBeGreaterThanOrEqual(6)
  })

  await test.step('all arms end at one total of compute, within 2 %', () => {
    const arms = [...of('branch'), ...of('luffy'), ...of('pure-rl'), ...of('pure-sft')].map(({ flops }) => flops)
    expect(Math.max(...arms) / Math.min(...arms)).toBeLessThan(1.02)
  })

  await test.step('at least 8 evaluations a branch', async () => {
    for (const { id } of of('branch')) {
      const { document } = await command(place, ['run', 'metrics', id])
      const { series } = document as { series: Evaluation }
      expect(series['eval/accuracy']?.length ?? 0).toBeGreaterThanOrEqual(8)
    }
  })

  await test.step('SFT over the base, and the best branch over its own start, gain at least 3 paired standard errors', async () => {
    const html = await readFile(result.report, 'utf8')
    const gainOf = (words: RegExp) => {
      const found = new RegExp(`${words.source}[^<]*?\\+[^<]*?, ([\\d.]+) standard errors`).exec(html)
      return Number(found?.[1])
    }
    expect(gainOf(/SFT raised/)).toBeGreaterThanOrEqual(3)
    expect(gainOf(/best branch raised its own start by/)).toBeGreaterThanOrEqual(3)
  })

  await test.step('the report stands alone and says what it cannot say', async () => {
    const html = await readFile(result.report, 'utf8')
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(html).toContain('<svg')
    expect(html).toMatch(/spread of seeds|seeds/i)
  })
})
