/** The window goes while a run trains: closed, killed, or with the run set free of it. Nothing that was trained is lost. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from '../fixtures.ts'
import { ExperimentsPage, longRun, openLongRun } from '../pages/experiments.ts'
import { Frame } from '../pages/frame.ts'
import { expectWhole, RunPage } from '../pages/run.ts'
import { command, enginePid, isAlive, showRun, type Place } from '../program.ts'
import { answerWith, closeWindow, openWindow, questions, type WindowProgram } from '../window-program.ts'

/** A window on a run that has begun to train; the run's id. */
async function training(program: WindowProgram, name: string): Promise<{ frame: Frame; run: RunPage; id: string }> {
  const frame = new Frame(program.page)
  await frame.ready()
  const run = await openLongRun(frame, name)
  await run.reaches(30)
  return { frame, run, id: frame.runId() }
}

async function reopened(place: Place, id: string): Promise<WindowProgram & { run: RunPage; frame: Frame }> {
  const program = await openWindow(place)
  const frame = new Frame(program.page)
  await frame.ready()
  await frame.go(`#/run/${id}`)
  return { ...program, frame, run: new RunPage(program.page) }
}

const isGone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 60_000 }).toBe(false)

const lingerMs = 4_000
/** After that an engine that nobody needs has gone. */
const twiceTheLinger = () => new Promise((after) => setTimeout(after, 2 * lingerMs))

test.describe('kill -9 on the window', () => {
  test.use({ lingerMs })

  test('its engine checkpoints what trains and ends; the run goes on where it was', async ({ place }) => {
    test.setTimeout(180_000)
    const program = await openWindow(place)
    const { id } = await training(program, 'orphan')
    const [engine, { trainerPid }] = [await enginePid(place), await showRun(place, id)]
    const { step } = await showRun(place, id)
    program.app.process().kill('SIGKILL')
    await isGone(engine!)
    await isGone(trainerPid!)
    expect(await enginePid(place)).toBeNull()

    const again = await reopened(place, id)
    await expect(again.run.state).toContainText('paused')
    const rested = await again.run.step()
    expect(rested).toBeGreaterThanOrEqual(step)
    await again.run.resume.click()
    await again.run.reaches(rested + 10)
    expectWhole(await again.run.pointsOf(/loss/i))
    await again.close()
  })

  test('a run that was started with --detach goes on', async ({ place }) => {
    test.setTimeout(180_000)
    const spec = join(dirname(place.workspace), 'free.yaml')
    await writeFile(spec, longRun('free'))
    const program = await openWindow(place)
    await new Frame(program.page).ready()
    const { runs } = (await command(place, ['run', 'start', spec, '--detach'])).document as { runs: string[] }
    const id = runs[0] ?? ''
    await new Frame(program.page).go(`#/run/${id}`)
    await new RunPage(program.page).reaches(20)
    const [engine, { trainerPid }] = [await enginePid(place), await showRun(place, id)]
    program.app.process().kill('SIGKILL')
    await twiceTheLinger()
    expect([isAlive(engine!), isAlive(trainerPid!)]).toEqual([true, true])

    const again = await reopened(place, id)
    await expect(again.run.state).toContainText('training')
    expect((await showRun(place, id)).trainerPid).toBe(trainerPid)
    await again.run.reaches((await again.run.step()) + 10)
    expectWhole(await again.run.pointsOf(/loss/i))
    await again.run.stop.click()
    await expect(again.run.state).toContainText('stopped')
    await again.close()
  })
})

test.describe('closing the window', () => {
  test.use({ lingerMs })

  test('asks while a run trains; Cancel leaves everything as it is', async ({ place }) => {
    test.setTimeout(180_000)
    const program = await openWindow(place)
    const { app } = program
    const { id, run } = await training(program, 'watched')
    await test.step('Cancel', async () => {
      await answerWith(app, 'Cancel')
      await closeWindow(app)
      await expect.poll(() => questions(app)).toEqual(['A run is at work.'])
      await run.reaches((await run.step()) + 5)
    })

    await test.step('Checkpoint and quit: the run rests before the window is gone for a minute', async () => {
      const { trainerPid } = await showRun(place, id)
      await answerWith(app, 'Checkpoint and quit')
      const closed = app.waitForEvent('close')
      await closeWindow(app)
      await closed
      await isGone(trainerPid!)
      expect((await showRun(place, id)).state).toBe('paused')
    })
  })

  test('Keep training in the background: it goes on, and the next window shows it', async ({ place }) => {
    test.setTimeout(180_000)
    const program = await openWindow(place)
    const { id } = await training(program, 'kept')
    const [engine, { trainerPid }] = [await enginePid(place), await showRun(place, id)]
    await answerWith(program.app, 'Keep training in the background')
    const closed = program.app.waitForEvent('close')
    await closeWindow(program.app)
    await closed
    await twiceTheLinger()
    expect([isAlive(engine!), isAlive(trainerPid!)]).toEqual([true, true])

    const again = await reopened(place, id)
    await again.run.reaches((await again.run.step()) + 10)
    await again.run.stop.click()
    await expect(again.run.state).toContainText('stopped')
    await again.close()
  })
})

test('the end of a run is told by a notification, once, to a reader who looks elsewhere', async ({ bench }) => {
  const { page, frame, app } = bench
  await app!.evaluate(({ Notification, BrowserWindow }) => {
    const told: string[] = ((globalThis as { told?: string[] }).told = [])
    Notification.isSupported = () => true
    Notification.prototype.show = function (this: Electron.Notification) {
      told.push(`${this.title} | ${this.body}`)
    }
    BrowserWindow.getFocusedWindow = () => null
  })
  const told = () => app!.evaluate(() => (globalThis as { told?: string[] }).told ?? [])
  const short = (name: string) =>
    longRun(name)
      .replace('steps: 20000', 'steps: 12')
      .replace('every: 100,', 'every: 12,')
      .replace('every: 20,', 'every: 12,')
  const experiments = new ExperimentsPage(page)

  await frame.open('Experiments')
  await experiments.queueUp(short('brief'), 'brief')
  await expect.poll(told, { timeout: 60_000 }).toHaveLength(1)
  expect((await told())[0]).toMatch(/^brief: done \| .*12 steps/)

  await test.step('switched off in Settings, nothing is told', async () => {
    await frame.open('Settings')
    await page.getByRole('switch', { name: /Notify me/ }).click()
    await frame.open('Experiments')
    await experiments.queueUp(short('silent'), 'silent')
    await frame.open('Runs')
    await expect(page.getByRole('row').filter({ hasText: 'silent' })).toContainText('done', { timeout: 60_000 })
    expect(await told()).toHaveLength(1)
  })
})
