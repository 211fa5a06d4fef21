/**
 * `test` for every spec: a fresh workspace and home in the scratch folder, the program on it, and a page that is watched. The
 * project says which program: the Electron window, or the served page in a browser.
 */
import { chromium, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Frame } from './pages/frame.ts'
import { command, endEngine, lasting, required, type Answer, type Place } from './program.ts'
import { scratchFolder } from './scratch.ts'
import { studyPatienceMs, studyWorkspace } from './study.ts'
import { watchPage, type Watch } from './watch-page.ts'
import { asRoot, openWindow } from './window-program.ts'

export { expect }

export interface Bench extends Place {
  readonly page: Page
  readonly frame: Frame
  readonly watch: Watch
  /** The Electron program; null for the served page. */
  readonly app: ElectronApplication | null
  /** Where the page came from, token and all; null for the window. */
  readonly url: string | null
  command(...words: string[]): Promise<Answer>
}

export interface Options {
  /** What the workspace holds at the start: nothing, or a copy of the quick study's. */
  seed: 'empty' | 'study'
  /** How long an engine stays when nobody needs it (ms); null: its own minute. */
  lingerMs: number | null
}

const windowOrigin = 'app://switchpoint'
async function openServed(place: Place): Promise<{ url: string; page: Page; close(): Promise<void> }> {
  const { child, document } = await lasting(place, ['serve', '--port', '0'])
  const { url } = document as { url: string }
  const browser = await chromium.launch({
    executablePath: required('SWITCHPOINT_CHROMIUM'),
    args: asRoot ? ['--no-sandbox'] : [],
  })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  return {
    url,
    page,
    async close() {
      await browser.close()
      child.kill('SIGTERM')
    },
  }
}

export const test = base.extend<Options & { place: Place; bench: Bench }>({
  seed: ['empty', { option: true }],
  lingerMs: [null, { option: true }],

  place: [
    async ({ seed, lingerMs }, use) => {
      const folder = await mkdtemp(join(scratchFolder(), 't-'))
      const place = { workspace: join(folder, 'math-lab'), home: join(folder, 'home'), lingerMs }
      await mkdir(place.home)
      if (seed === 'study') await cp(await studyWorkspace(), place.workspace, { recursive: true })
      await use(place)
      await endEngine(place)
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
    // Whoever first needs the study waits for it.
    { timeout: studyPatienceMs },
  ],

  bench: async ({ place }, use, info) => {
    const isWindow = info.project.name === 'window'
    const opened = isWindow ? await openWindow(place) : await openServed(place)
    const { page } = opened
    const watch = await watchPage(page.context(), page, 'url' in opened ? new URL(opened.url).origin : windowOrigin)
    // Anew, with the watch in place from the first byte on.
    if ('url' in opened) await page.goto(opened.url)
    else await page.reload()
    const frame = new Frame(page)
    await frame.ready()
    await use({
      ...place,
      page,
      frame,
      watch,
      app: 'app' in opened ? opened.app : null,
      url: 'url' in opened ? opened.url : null,
      command: (...words) => command(place, words),
    })
    await opened.close()
    expect(watch.faults, 'violations of the policy, foreign requests, errors of the page').toEqual([])
  },
})
