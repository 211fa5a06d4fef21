/** How high a pipeline can climb, and which one to choose at a budget: read from the quick study's runs. */
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { CeilingsPage, ComparePage } from '../pages/analysis.ts'
import { chartTable, gridRows } from '../pages/fields.ts'
import { expectPdf, pngSize, saveFigure } from '../pages/figures.ts'

test.use({ seed: 'study' })

test('ceilings: bars, verdicts in words, the numbers behind them, a run behind each', async ({ bench }) => {
  const { page, frame } = bench
  const view = new CeilingsPage(page)
  await view.open(frame)
  await expect(gridRows(view.table)).toHaveCount(5)
  for (const verdict of await view.table.getByText(/identif|loose|too few/).all())
    await expect(verdict).toHaveText(/identified|loose|not identifiable|too few/)

  await test.step('the chart’s numbers stand beside it', async () => {
    const rows = await chartTable(page.getByRole('region', { name: /^SFT: .* leads with/ }))
    // Pure RL stands beside the three branches.
    expect(rows).toHaveLength(4)
    for (const row of rows) expect(row[9]).toMatch(/adaptive|stable|mild|severe|band|–/i)
  })

  await test.step('the whole figure leaves as real files', async () => {
    const trigger = page.getByRole('button', { name: 'Export', exact: true })
    const png = await saveFigure(bench, trigger, 'PNG')
    expect(png.name).toBe('ceilings-by-switch-point.png')
    expect(png.bytes.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    const svg = (await saveFigure(bench, trigger, 'SVG')).bytes.toString()
    const [, width, height] = /^<svg width="(\d+)" height="(\d+)"/.exec(svg)!
    expect(pngSize(png.bytes)).toEqual({ width: 2 * Number(width), height: 2 * Number(height) })
    expect(svg).toMatch(/<text [^>]*>SFT compute at the switch/)
    expectPdf((await saveFigure(bench, trigger, 'PDF')).bytes)
    const csv = (await saveFigure(bench, trigger, 'CSV')).bytes.toString().trim().split('\r\n')
    expect(csv[0]).toContain('run,switch step,SFT FLOPs,P_sft %,PL_rl,A_post %')
    expect(csv).toHaveLength(5)
    const latex = (await saveFigure(bench, trigger, 'LaTeX')).bytes.toString()
    expect(latex).toContain('\\toprule')
    expect(latex).toContain('P\\_sft')
  })

  await test.step('the chosen curve leaves from its own pane, residuals under it', async () => {
    const pane = page.getByRole('region', { name: 'The chosen branch' })
    const csv = await saveFigure(bench, pane.getByRole('button', { name: 'Export this figure' }), 'CSV')
    expect(csv.bytes.toString()).toContain('FLOPs of the stage')
  })

  await test.step('a cut refits the curve, and the address keeps it', async () => {
    const marker = page.getByRole('slider', { name: 'Fit up to' })
    await marker.focus()
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('PageDown')
    await expect(page).toHaveURL(/upto=/)
    await page.getByRole('button', { name: 'Fit all' }).click()
    await expect(page).not.toHaveURL(/upto=/)
  })

  await test.step('rival laws and the trend are choices that the address keeps', async () => {
    await page.getByRole('button', { name: /^log/ }).click()
    await expect(page).toHaveURL(/laws=log/)
    await page.getByRole('combobox', { name: 'What ceilings are set against' }).click()
    await page.getByRole('option', { name: 'loss' }).click()
    await expect(page).toHaveURL(/trend=loss/)
    await expectAccessible(page, 'Ceilings')
  })

  await test.step('a row chooses its curve, Enter opens its run', async () => {
    await view.table.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await expect(page).toHaveURL(/run=/)
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
  await expect.poll(() => view.budget.value()).toBeLessThan(before)
  await expect(page).toHaveURL(/budget=/)
  await expect.poll(() => view.scores()).not.toEqual(scores)

  await test.step('two runs side by side: the settings in which they differ', async () => {
    const boxes = view.runs.getByRole('checkbox', { name: /^Select / })
    await boxes.nth(1).click()
    await boxes.nth(2).click()
    await expect(page.getByRole('region', { name: 'Settings that differ' })).toBeVisible()
  })
})
