/** The third door in a browser: the example opens in a tab of its own, served beside the workspace. */
import { join } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { Frame } from '../pages/frame.ts'
import { endEngine } from '../program.ts'

test('the example opens in a tab of its own', async ({ bench }) => {
  const { page } = bench
  const example = { workspace: join(bench.home, 'Example'), home: bench.home, lingerMs: bench.lingerMs }
  try {
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('button', { name: 'Open the example' }).click(),
    ])
    const frame = new Frame(tab)
    await frame.ready()
    await expect(frame.crumbs.getByText('example, not your runs')).toBeVisible({ timeout: 60_000 })
    await frame.open('Ceilings')
    await expect(tab.getByRole('grid', { name: 'Branches and their ceilings' })).toBeVisible({ timeout: 30_000 })
    await expectAccessible(tab, 'Ceilings of the example, served')

    await test.step('the page that opened it says where it is, and gives the same address again', async () => {
      const said = page.getByRole('status').filter({ hasText: 'in a tab of its own' })
      await expect(said.getByRole('link')).toHaveText(new URL(tab.url()).origin + '/')
      await expectAccessible(page, 'Start, example served')
    })
  } finally {
    await endEngine(example)
  }
})
