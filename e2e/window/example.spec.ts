/** The third door: the bundled example opens, and every dashboard shows something; curves from elsewhere stand beside it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { gridRows } from '../pages/fields.ts'
import { endEngine } from '../program.ts'

test('the example opens in this window, and every dashboard works on it', async ({ bench }) => {
  const { page, frame } = bench
  const example = { workspace: join(bench.home, 'Example'), home: bench.home }
  try {
    await page.getByRole('button', { name: 'Open the example' }).click()
    await expect(frame.crumbs.getByText('example, not your runs')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText(/Nothing in it was trained on this machine/)).toBeVisible()
    await expectAccessible(page, 'Start, example')

    await test.step('data and curation', async () => {
      await frame.open('Datasets')
      await expect(page.getByRole('grid', { name: 'Datasets' }).getByText('Example, uniform')).toBeVisible()
      await frame.open('Curate')
      await expect(frame.main.locator('canvas').first()).toBeVisible({ timeout: 30_000 })
    })

    await test.step('runs are marked, and one shows its points and rollouts, and nothing that needs weights', async () => {
      await frame.open('Runs')
      const list = page.getByRole('grid', { name: 'Runs' })
      await expect(list.getByText('example', { exact: true }).first()).toBeVisible()
      await page.getByRole('textbox', { name: 'Search runs' }).fill('LUFFY')
      await expect(gridRows(list)).toHaveCount(1)
      await gridRows(list).first().dblclick()
      await expect(frame.main.locator('canvas').first()).toBeVisible({ timeout: 30_000 })
      await expect(page.getByRole('region', { name: 'Rollouts', exact: true })).toContainText(/prompt \d/)
      for (const word of ['Pause', 'Resume', 'Stop'])
        await expect(page.getByRole('button', { name: word, exact: true })).toHaveCount(0)
    })

    await test.step('switch point, ceilings, comparison', async () => {
      await frame.open('Switch point')
      await expect(page.getByRole('region', { name: 'Recommendation' })).toBeVisible({ timeout: 30_000 })
      await expect(page.getByRole('button', { name: 'Branch RL here' })).toHaveCount(0)
      await frame.open('Ceilings')
      await expect(page.getByText('as printed').first()).toBeVisible({ timeout: 30_000 })
      await frame.open('Compare')
      await expect(frame.main.getByText(/6 families/)).toBeVisible({ timeout: 30_000 })
    })
  } finally {
    await endEngine(example)
  }
})

test('a curve file is imported in the window, its bad curve reported, and seen as ceilings', async ({ bench }) => {
  const { page, frame } = bench
  const points = Array.from({ length: 12 }, (_, i) => ({ flops_e18: i + 1, overall: 80 - 20 / (i + 1) }))
  const file = {
    model: 'some-7B',
    curves: [
      { id: 'a/sft', dataset: 'a', stage: 'sft', points: [{ flops_e18: 5, step: 50, overall: 55, val_loss: 0.5 }] },
      { id: 'a/rl', dataset: 'a', stage: 'rl', branch_step: 50, branch_flops_e18: 5, P_sft: 55, points },
      { id: 'a/bad', dataset: 'a', stage: 'dpo', points },
    ],
  }
  const path = join(bench.home, 'curves.json')
  await writeFile(path, JSON.stringify(file, null, 1))
  await frame.open('Runs')
  await page.getByRole('button', { name: 'Import curves…' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Import curves' })
  await dialog.getByRole('textbox', { name: 'Path on this machine' }).fill(path)
  await expectAccessible(page, 'Import curves')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  const answer = page.getByRole('dialog', { name: 'Imported' })
  await expect(answer).toContainText('2 runs made')
  await expect(answer.getByRole('region', { name: 'Curves left out' })).toContainText('a/bad')
  await answer.getByRole('button', { name: 'See the ceilings' }).click()
  await expect(frame.main).toHaveAccessibleName('Ceilings')
  await expect(page.getByRole('grid', { name: 'Branches and their ceilings' }).getByTitle(/^a\/rl/)).toBeVisible({
    timeout: 30_000,
  })
})
