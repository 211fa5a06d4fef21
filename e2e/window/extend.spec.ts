/** A finished RL run goes on to a larger total from its own page. */
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { fact } from '../pages/fields.ts'
import { RunListPage, RunPage } from '../pages/run.ts'

test.use({ seed: 'study' })

test('a finished RL run is extended, with its cost said before', async ({ bench }) => {
  // It trains, evaluates and saves: minutes where others use the machine.
  test.slow()
  const { page, frame } = bench
  const run = new RunPage(page)
  await frame.open('Runs')
  await new RunListPage(page).rows().filter({ hasText: 'stable' }).first().dblclick()
  await expect(run.state).toContainText('done')
  const before = await run.step()
  await page.getByRole('button', { name: 'Extend…' }).click()
  const dialog = page.getByRole('dialog', { name: /^Extend / })
  const total = dialog.getByRole('spinbutton', { name: 'steps in all' })

  await test.step('a total that is spent already is refused in words', async () => {
    await total.fill(String(before))
    await total.press('Tab')
    await expect(dialog.getByRole('alert')).toContainText('give it more than that')
    await expect(dialog.getByRole('button', { name: 'Extend the run' })).toBeDisabled()
  })

  await test.step('in FLOPs, with steps and time foreseen', async () => {
    await dialog.getByRole('radio', { name: 'FLOPs' }).click()
    await expect(fact(dialog, 'more steps')).toHaveText(/^≈ \d/)
    await expect(fact(dialog, 'time')).toHaveText(/^≈ /)
    await expectAccessible(page, 'Extend')
  })

  await test.step('in steps: it goes on and ends there', async () => {
    await dialog.getByRole('radio', { name: 'steps' }).click()
    await total.fill(String(before + 3))
    await total.press('Tab')
    await expect(fact(dialog, 'more steps')).toHaveText('3')
    await dialog.getByRole('button', { name: 'Extend the run' }).click()
    await expect(dialog).toBeHidden()
    await run.reaches(before + 3, 120_000)
    await expect(run.state).toContainText('done', { timeout: 150_000 })
  })
})
