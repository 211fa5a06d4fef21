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
    process.kill(engine!, 'SIGKILL')
    await expect(frame.banner).toBeVisible()
    await expect(frame.banner).toBeHidden({ timeout: 30_000 })
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
