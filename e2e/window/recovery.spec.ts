/** Whatever process is killed, the open window goes on and no saved point is lost. */
import { expect, test } from '../fixtures.ts'
import { openLongRun } from '../pages/experiments.ts'
import { expectWhole } from '../pages/run.ts'
import { enginePid, showRun } from '../program.ts'

test('kill -9 on the engine, then on the trainer, while a run trains', async ({ bench }) => {
  test.setTimeout(180_000)
  const { frame } = bench
  const run = await openLongRun(frame, 'hardy')
  await run.reaches(30)
  const id = frame.runId()
  const trainer = (await showRun(bench, id)).trainerPid!

  await test.step('the engine: noticed, restarted, its trainer attached again, no point missing', async () => {
    const engine = await enginePid(bench)
    const outage = frame.outage()
    process.kill(engine!, 'SIGKILL')
    expect(await outage).toEqual(['Engine'])
    expect(await enginePid(bench)).not.toBe(engine)
    const step = await run.step()
    await run.reaches(step + 30)
    expect((await showRun(bench, id)).trainerPid).toBe(trainer)
    expectWhole(await run.pointsOf(/loss/i), 30)
  })

  await test.step('the trainer: its run is interrupted and can be resumed', async () => {
    process.kill(trainer, 'SIGKILL')
    await expect(run.state).toContainText('interrupted')
    const step = await run.step()
    await run.resume.click()
    await run.reaches(step + 10)
    expectWhole(await run.pointsOf(/loss/i))
    await run.stop.click()
    await expect(run.state).toContainText('stopped')
  })
})

test('kill -9 on the engine under questions in flight: panes keep what they show and answer when it is back', async ({
  bench,
}) => {
  test.setTimeout(240_000)
  const { page, frame } = bench
  const run = await openLongRun(frame, 'asked')
  await run.reaches(20)
  const address = frame.hash()
  const answers = run.rollouts.getByRole('listitem')
  await expect(answers.first()).toBeVisible()
  const alerts = page.getByRole('alert')

  /** Stopped first, the engine dies with the questions in its hands; over when the page has the next one. */
  const dieUnder = async (ask: () => Promise<void>, meanwhile = async () => {}) => {
    const engine = (await enginePid(bench))!
    process.kill(engine, 'SIGSTOP')
    await ask()
    // The questions are on their way when the page has had a turn of its own.
    await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
    const outage = frame.outage()
    process.kill(engine, 'SIGKILL')
    await meanwhile()
    expect(await outage).toEqual(['Engine'])
  }

  // Each asks as it opens.
  const views = ['Ceilings', 'Compare', 'Switch point', 'Datasets', 'Experiments'] as const
  for (const view of views)
    await test.step(`while ${view} opens`, async () => {
      await frame.open('Runs')
      await dieUnder(() => frame.open(view))
      await expect(frame.main.getByRole('status', { name: /^(Loading|Waiting for the engine)$/ })).toHaveCount(0)
      await expect(alerts).toHaveCount(0)
    })

  await test.step('the run: its rollouts stay, another verdict is answered by the next engine', async () => {
    await frame.go(address)
    await expect(answers.first()).toBeVisible()
    await dieUnder(
      () => run.rollouts.getByRole('radio', { name: 'wrong' }).click(),
      () => expect(answers.first()).toBeVisible(),
    )
    await expect(run.rollouts.getByRole('img', { name: 'right', exact: true })).toHaveCount(0)
    await expect(answers.first()).toBeVisible()
    await expect(alerts).toHaveCount(0)
    const step = await run.step()
    await run.reaches(step + 10)
  })
})
