/** Whatever process is killed, the open window goes on and no saved point is lost. */
import { expect, test } from '../fixtures.ts'
import { ExperimentsPage, longRun } from '../pages/experiments.ts'
import { RunPage } from '../pages/run.ts'
import { enginePid } from '../program.ts'

interface Shown {
  readonly trainerPid: number
  readonly state: string
}

test('kill -9 on the engine, then on the trainer, while a run trains', async ({ bench }) => {
  test.setTimeout(180_000)
  const { page, frame } = bench
  const experiments = new ExperimentsPage(page)
  const run = new RunPage(page)
  await frame.open('Experiments')
  await experiments.queueUp(longRun('hardy'), 'hardy')
  await experiments.open('hardy')
  await run.reaches(30)
  const id = frame.hash().split('/')[2]?.split('?')[0] ?? ''
  const show = async () => (await bench.command('run', 'show', id)).document as Shown
  const trainer = (await show()).trainerPid

  await test.step('the engine: noticed, restarted, its trainer attached again, no point missing', async () => {
    const engine = await enginePid(bench)
    const outage = frame.outage()
    process.kill(engine!, 'SIGKILL')
    expect(await outage).toEqual(['Engine'])
    expect(await enginePid(bench)).not.toBe(engine)
    const step = await run.step()
    await run.reaches(step + 30)
    expect((await show()).trainerPid).toBe(trainer)
    const points = await run.pointsOf(/loss/i)
    expect(points.length).toBeGreaterThan(30)
    expect(points).toEqual(points.map((_, at) => (points[0] ?? 0) + at))
  })

  await test.step('the trainer: its run is interrupted and can be resumed', async () => {
    process.kill(trainer, 'SIGKILL')
    await expect(run.state).toContainText('interrupted')
    const step = await run.step()
    await run.resume.click()
    await run.reaches(step + 10)
    const points = await run.pointsOf(/loss/i)
    expect(points).toEqual(points.map((_, at) => (points[0] ?? 0) + at))
    await run.stop.click()
    await expect(run.state).toContainText('stopped')
  })
})

test('kill -9 on the engine under questions in flight: panes keep what they show and answer when it is back', async ({
  bench,
}) => {
  test.setTimeout(240_000)
  const { page, frame } = bench
  const experiments = new ExperimentsPage(page)
  const run = new RunPage(page)
  await frame.open('Experiments')
  await experiments.queueUp(longRun('asked'), 'asked')
  await experiments.open('asked')
  await run.reaches(20)
  const address = frame.hash()
  const answers = run.rollouts.getByRole('listitem')
  await expect(answers.first()).toBeVisible()
  const alerts = page.getByRole('alert')

  // Each view asks as it opens; the engine is stopped first, so that it dies with the questions in its hands.
  const views = ['Ceilings', 'Compare', 'Switch point', 'Datasets', 'Experiments'] as const
  for (const view of views)
    await test.step(`while ${view} opens`, async () => {
      await frame.open('Runs')
      const engine = (await enginePid(bench))!
      process.kill(engine, 'SIGSTOP')
      await frame.open(view)
      // The questions are on their way when the page has had a turn of its own.
      await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
      const outage = frame.outage()
      process.kill(engine, 'SIGKILL')
      expect(await outage).toEqual(['Engine'])
      await expect(frame.main.getByRole('status', { name: /^(Loading|Waiting for the engine)$/ })).toHaveCount(0)
      await expect(alerts).toHaveCount(0)
    })

  await test.step('the run: its rollouts stay, another verdict is answered by the next engine', async () => {
    await frame.go(address)
    await expect(answers.first()).toBeVisible()
    const engine = (await enginePid(bench))!
    process.kill(engine, 'SIGSTOP')
    await run.rollouts.getByRole('radio', { name: 'wrong' }).click()
    await page.evaluate(() => new Promise((done) => requestIdleCallback(done)))
    const outage = frame.outage()
    process.kill(engine, 'SIGKILL')
    await expect(answers.first()).toBeVisible()
    expect(await outage).toEqual(['Engine'])
    await expect(run.rollouts.getByRole('img', { name: 'right', exact: true })).toHaveCount(0)
    await expect(answers.first()).toBeVisible()
    await expect(alerts).toHaveCount(0)
    const step = await run.step()
    await run.reaches(step + 10)
  })
})
