/** Where to switch: regimes on the validation curve, a marker to move, a branch from the nearest checkpoint. */
import { expect, test } from '../fixtures.ts'
import { SwitchPointPage } from '../pages/analysis.ts'
import { asNumber, chartTable, enter } from '../pages/fields.ts'
import { RunListPage } from '../pages/run.ts'

test.use({ seed: 'study' })

test('regimes are named, the marker moves, and RL branches from its checkpoint', async ({ bench }) => {
  const { page, frame } = bench
  const view = new SwitchPointPage(page)
  await frame.open('Switch point')
  await expect(view.marker.slider).toBeVisible({ timeout: 30_000 })

  const losses = await chartTable(page.getByRole('region', { name: /^Validation loss is within/ }))
  const steps = losses.map(([step]) => asNumber(step ?? ''))
  // It may go on into the severe one, or rise out of the definition's band: these three it must pass through.
  expect(losses.map(([, , regime]) => regime)).toEqual(expect.arrayContaining(['adaptive', 'stable', 'mild']))
  expect(steps.length).toBeGreaterThanOrEqual(6)

  await test.step('by keys, from checkpoint to checkpoint', async () => {
    await view.marker.press('Home')
    const first = await view.marker.value()
    await view.marker.press('ArrowRight')
    await expect.poll(() => view.marker.value()).toBeGreaterThan(first)
    await expect(view.chosen).toContainText('Adaptive')
    await view.marker.press('End')
    await expect.poll(() => view.marker.value()).toBe(Math.max(...steps))
  })

  await test.step('by mouse, and the address keeps it', async () => {
    await view.marker.dragBy(-200)
    await expect.poll(() => view.marker.value()).toBeLessThan(Math.max(...steps))
    const at = await view.marker.value()
    await expect(page).toHaveURL(new RegExp(`at=${at}\\b`))
    await expect(view.chosen).toHaveAccessibleName('The chosen checkpoint')
    await expect(view.chosen.getByRole('heading').first()).toHaveText(`Checkpoint ${at}`)
  })

  await test.step('thresholds are the reader’s', async () => {
    await page.getByRole('button', { name: /thresholds/ }).click()
    await enter(page.getByRole('spinbutton', { name: 'Stable, up to' }), 0.5)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('region', { name: /^Validation loss is within 1 %|within 0\.5/ })).toBeVisible()
    await frame.go('#/switch')
  })

  await test.step('a branch waits in the queue, a child of the SFT run at that step', async () => {
    await view.marker.press('Home', 'ArrowRight', 'ArrowRight')
    const at = await view.marker.value()
    const rows = await view.branches.getByRole('row').count()
    await view.branchHere(5)
    await expect(page.getByText('1 branch queued').first()).toBeVisible()
    await expect(view.branches.getByRole('row')).toHaveCount(rows + 1)
    await frame.open('Runs')
    await expect(
      new RunListPage(page)
        .rows()
        .filter({ hasText: `SFT @ ${at}` })
        .first(),
    ).toBeVisible()
  })
})

test('the switch point is searched: branches are forecast, a choice is made, the window may close on the way', async ({
  bench,
}) => {
  test.slow()
  const { page, frame } = bench
  const view = new SwitchPointPage(page)
  await frame.open('Switch point')
  await expect(view.marker.slider).toBeVisible({ timeout: 30_000 })
  const pane = page.getByRole('region', { name: 'The switch search' })

  await test.step('from the button, with its cost said', async () => {
    await view.search(2, 8, 0.6)
    await expect(pane).toBeVisible({ timeout: 20_000 })
    await expect(pane.getByRole('row')).toHaveCount(3, { timeout: 30_000 })
    await expect(page).toHaveURL(/pane=search/)
  })

  await test.step('the address brings it back after a reload, and it goes on', async () => {
    await page.reload()
    await expect(pane).toBeVisible({ timeout: 30_000 })
    await expect(pane.getByRole('heading', { name: /^Switch at step/ })).toBeVisible({ timeout: 240_000 })
  })

  await test.step('the choice has its reasons and the decisions stand in plain words', async () => {
    const reasons = pane.getByRole('region', { name: 'Reasons' })
    await expect(reasons.getByText(/% sure of the choice/)).toBeVisible()
    await expect(reasons.getByText(/of running all 2 branches out/)).toBeVisible()
    const decisions = pane.getByRole('region', { name: 'Decisions' }).getByRole('listitem')
    await expect.poll(() => decisions.count()).toBeGreaterThanOrEqual(3)
    await expect(decisions.first()).toContainText('is chosen')
    const scores = await chartTable(page.getByRole('region', { name: /is chosen, compared at 600 GFLOP/ }))
    expect(scores).toHaveLength(2)
  })
})
