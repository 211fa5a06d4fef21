/** The first minutes: the doors, the palette, the keys, the theme, another workspace. */
import { join, dirname } from 'node:path'
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { command, endEngine } from '../program.ts'

test('an empty workspace offers three doors', async ({ bench }) => {
  const { page, frame } = bench
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('When should you switch from SFT to RL?')
  await expectAccessible(page, 'Start')
  // The third has a spec of its own: example.spec.ts.
  await expect(page.getByRole('region', { name: 'Explore the example' })).toBeVisible()

  await test.step('one leads to the import', async () => {
    await page.getByRole('region', { name: 'Bring your own' }).getByRole('button', { name: 'Choose a file…' }).click()
    await expect(page.getByRole('dialog', { name: 'Import trajectories' })).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('one runs the quick study, with progress, and Cancel ends it', async () => {
    await frame.go('#/start')
    await page.getByRole('button', { name: 'Run it now' }).click()
    const study = page.getByRole('region', { name: 'Quick study', exact: true })
    await expect(study).toContainText('is running')
    await expect(study.getByRole('progressbar')).toBeVisible()
    await study.getByRole('button', { name: 'Cancel' }).click()
    await expect(study).toContainText('was cancelled')
  })
})

test('the keyboard reaches everything; empty views say what belongs in them', async ({ bench }) => {
  const { page, frame } = bench
  const titles = ['Datasets', 'Curate', 'Experiments', 'Runs', 'Switch point', 'Ceilings', 'Compare']
  for (const [at, title] of titles.entries()) {
    await page.keyboard.press(`Control+${at + 1}`)
    await expect(frame.main).toHaveAccessibleName(title)
    await expectAccessible(page, `${title}, empty`)
  }
  await frame.runCommand('Settings')
  await expect(frame.main).toHaveAccessibleName('Settings')
  await expectAccessible(page, 'Settings')

  await test.step('diagnostics are text to paste', async () => {
    await page.getByRole('button', { name: 'Copy diagnostics' }).click()
    await expect(page.getByText(/Diagnostics copied/).first()).toBeVisible()
    const text = await bench.app!.evaluate(({ clipboard }) => clipboard.readText())
    expect(text).toContain('Switchpoint')
    expect(text).toMatch(/node/i)
  })
})

test('light and dark, and the choice is kept', async ({ bench }) => {
  const { page, frame } = bench
  const before = await frame.theme()
  await page.keyboard.press('Control+Shift+l')
  const after = before === 'dark' ? 'light' : 'dark'
  await expect.poll(() => frame.theme()).toBe(after)
  await page.reload()
  await frame.ready()
  expect(await frame.theme()).toBe(after)
})

test('a workspace opened lately is a click away', async ({ bench }) => {
  const { page, frame } = bench
  const other = { workspace: join(dirname(bench.workspace), 'other-lab'), home: bench.home }
  await command(other, ['run', 'list'])
  try {
    await page.reload()
    await frame.ready()
    await page
      .getByRole('region', { name: 'Recent workspaces' })
      .getByRole('button', { name: /other-lab/ })
      .click()
    await expect(frame.crumbs).toContainText('other-lab')
  } finally {
    await endEngine(other)
  }
})
