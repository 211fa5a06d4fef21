/** The list of runs: search, sort, rename, remove with a question, and take it back. */
import { expect, test } from '../fixtures.ts'
import { RunListPage } from '../pages/run.ts'

test.use({ seed: 'study' })

test('runs are found, sorted, renamed, removed and brought back', async ({ bench }) => {
  const { page, frame } = bench
  const list = new RunListPage(page)
  await frame.open('Runs')
  await expect(list.row('LUFFY')).toBeVisible()
  const all = await list.names()

  await test.step('search by words', async () => {
    await list.search.fill('luffy')
    await expect(list.rows()).toHaveCount(1)
    await list.search.fill('stage:rl regime-that-is-not')
    await expect(page.getByText('No run matches')).toBeVisible()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await expect(list.rows()).toHaveCount(all.length)
  })

  await test.step('sort by a column, both ways', async () => {
    await list.sortBy('run')
    const up = [...all].sort((a, b) => a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' }))
    await expect.poll(() => list.names()).toEqual(up)
    await list.sortBy('run')
    await expect.poll(() => list.names()).toEqual(up.reverse())
  })

  await test.step('rename', async () => {
    await list.row('LUFFY').click()
    await page.getByRole('button', { name: 'Rename' }).click()
    const dialog = page.getByRole('dialog', { name: /Rename/ })
    await dialog.getByRole('textbox', { name: 'name' }).fill('LUFFY, first try')
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await expect(list.row('LUFFY, first try')).toBeVisible()
  })

  await test.step('removal asks, and is taken back', async () => {
    await list.row('LUFFY, first try').click()
    await page.keyboard.press('Delete')
    const question = page.getByRole('dialog', { name: /^Remove/ })
    await question.getByRole('button', { name: 'Keep' }).click()
    await expect(list.row('LUFFY, first try')).toBeVisible()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await question.getByRole('button', { name: 'Remove' }).click()
    await expect(list.row('LUFFY, first try')).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(list.row('LUFFY, first try')).toBeVisible()
  })
})
