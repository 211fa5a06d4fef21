/** How high a pipeline can climb, and which one to choose at a budget: read from the quick study's runs. */
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { CeilingsPage, ComparePage } from '../pages/analysis.ts'
import { chartTable, gridRows } from '../pages/fields.ts'

test.use({ seed: 'study' })

test('ceilings: bars, verdicts in words, the numbers behind them, a run behind each', async ({ bench }) => {
  const { page, frame } = bench
  const view = new CeilingsPage(page)
  await frame.open('Ceilings')
  await expect(view.bars.first()).toBeVisible({ timeout: 30_000 })
  await expect(gridRows(view.table)).toHaveCount(5)
  for (const verdict of await view.table.getByText(/identif|loose|too few/).all())
    await expect(verdict).toHaveText(/identified|loose|not identifiable|too few/)

  await test.step('the chart’s numbers stand beside it', async () => {
    const rows = await chartTable(page.getByRole('region', { name: /^SFT: .* leads with/ }))
    // Pure RL stands beside the three branches.
    expect(rows).toHaveLength(4)
    for (const row of rows) expect(row[5]).toMatch(/adaptive|stable|mild/i)
  })

  await test.step('a row chooses its curve, Enter opens its run', async () => {
    await view.table.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    expect(frame.hash()).toContain('run=')
    await page.keyboard.press('Enter')
    await expect(frame.main).toHaveAccessibleName('Runs')
    await expect(page.getByRole('region', { name: 'Rollouts' })).toBeVisible()
    await expectAccessible(page, 'Run')
  })
})

test('compare: families at one budget, which moves by keys', async ({ bench }) => {
  const { page, frame } = bench
  const view = new ComparePage(page)
  await frame.open('Compare')
  await expect(view.budget.slider).toBeVisible({ timeout: 30_000 })
  // Sequential runs of unlike switch points are families of their own.
  await expect(gridRows(view.standings)).toHaveCount(6)
  for (const family of ['SFT → GRPO', 'GRPO', 'LUFFY', 'SFT'])
    await expect(view.standings.getByText(family).first()).toBeVisible()
  const before = await view.budget.value()
  const scores = await view.scores()
  expect(scores).toEqual([...scores].sort((a, b) => b - a))

  await view.budget.press('PageDown', 'PageDown', 'PageDown')
  expect(await view.budget.value()).toBeLessThan(before)
  expect(frame.hash()).toContain('budget=')
  expect(await view.scores()).not.toEqual(scores)

  await test.step('two runs side by side: the settings in which they differ', async () => {
    const boxes = view.runs.getByRole('checkbox', { name: /^Select / })
    await boxes.nth(1).click()
    await boxes.nth(2).click()
    await expect(page.getByRole('region', { name: 'Settings that differ' })).toBeVisible()
  })
})
