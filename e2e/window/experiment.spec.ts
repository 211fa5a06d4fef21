/** An experiment is composed from a preset, edited in form and YAML, queued, watched, paused, resumed and stopped. */
import { expectAccessible } from '../accessible.ts'
import { expect, test } from '../fixtures.ts'
import { ExperimentsPage, openLongRun } from '../pages/experiments.ts'
import { enter } from '../pages/fields.ts'

test('composed in the form and in YAML, with each mistake at its line', async ({ bench }) => {
  const { page, frame } = bench
  const experiments = new ExperimentsPage(page)
  await frame.open('Experiments')

  await experiments.presets.getByRole('radio', { name: /LUFFY/i }).click()
  await expect(experiments.stage(/^Synchronized/)).toBeVisible()
  await experiments.presets.getByRole('radio', { name: /^Sequential/i }).click()
  const sft = experiments.stage('SFT')
  await expect(sft).toBeVisible()
  await expect(experiments.estimate).toContainText('ready at')

  await test.step('an open list leaves nothing behind it to reach, and gives focus back', async () => {
    const list = experiments.stage('Start').getByRole('combobox').first()
    await list.click()
    await expect(page.getByRole('listbox')).toBeVisible()
    await expectAccessible(page, 'Experiments, a list open')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('listbox')).toBeHidden()
    await expect(list).toBeFocused()
  })

  await test.step('the form writes the YAML', async () => {
    await enter(sft.getByRole('spinbutton', { name: 'steps', exact: true }), 77)
    await expect.poll(() => experiments.yaml()).toContain('77')
  })

  await test.step('the YAML writes the form', async () => {
    await experiments.type((await experiments.yaml()).replace(/^name: .*$/m, 'name: by hand').replace('77', '78'))
    await expect(experiments.stage('Start').getByRole('textbox', { name: 'name' })).toHaveValue('by hand')
    await expect(sft.getByRole('spinbutton', { name: 'steps', exact: true })).toHaveValue('78')
  })

  await test.step('a mistake stands at its line and nothing can be queued', async () => {
    const good = await experiments.yaml()
    const lines = good.split('\n')
    const line = 1 + lines.findIndex((text) => text.startsWith('model:'))
    await experiments.type(good.replace(/^model: .*$/m, 'model: lab-9t'))
    await expect(experiments.mistake).toContainText(`line ${line}`)
    await expect(page.locator('.cm-wrong')).toHaveText('model: lab-9t')
    await expect(experiments.queueButton).toBeDisabled()
    await experiments.type(good)
    await expect(experiments.mistake).toBeHidden()
    await expect(experiments.queueButton).toBeEnabled()
  })
})

test('queued, its points arrive while it trains; pause, resume and stop act', async ({ bench: { frame } }) => {
  const run = await openLongRun(frame, 'watched')

  await run.reaches(10)
  await expect(run.panel(/loss/i)).toBeVisible()
  const before = await run.pointsOf(/loss/i)
  await run.reaches((before.at(-1) ?? 0) + 20)
  expect((await run.pointsOf(/loss/i)).length).toBeGreaterThan(before.length)
  await expect(frame.status).toContainText('1 run training')

  await run.pause.click()
  await expect(run.state).toContainText('paused')
  const paused = await run.step()
  await run.resume.click()
  await expect(run.state).not.toContainText('paused')
  await run.reaches(paused + 5)
  await run.stop.click()
  await expect(run.state).toContainText('stopped')
  await expect(run.resume).toBeVisible()
})
