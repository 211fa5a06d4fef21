/** The one matcher of themes and sizes: a view's pictures, and the page on which all of them stand. */
import type { Page } from '@playwright/test'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test, type Bench } from './fixtures.ts'
import { repository } from './program.ts'

export const themes = ['light', 'dark'] as const
export const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const
type Theme = (typeof themes)[number]
type Size = (typeof sizes)[number]

/** Of this size are the pictures in README and guide. */
const [documented] = sizes
const documents = join(repository, 'docs', 'pictures')

export class Gallery {
  readonly bench: Bench
  readonly folder: string

  private constructor(bench: Bench, folder: string) {
    this.bench = bench
    this.folder = folder
  }

  static async of(bench: Bench): Promise<Gallery> {
    const folder = join(repository, 'test-results', 'gallery')
    await mkdir(folder, { recursive: true })
    return new Gallery(bench, folder)
  }

  /** `check` runs once a theme, at the smaller size. */
  async shoot(name: string, check: (theme: Theme) => Promise<void>): Promise<void> {
    const { page } = this.bench
    // Nothing is hovered.
    await page.mouse.move(0, 0)
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      for (const size of sizes) {
        await this.resize(size)
        await settled(page)
        await neutral(page, dirname(this.bench.workspace))
        const file = `${name}-${theme}-${size.width}x${size.height}.png`
        await page.screenshot({ path: join(this.folder, file), animations: 'disabled', caret: 'hide' })
        if (size === documented) {
          if (isRenewing()) await this.document(file, `${name}-${theme}.png`)
          await check(theme)
        }
      }
    }
    await this.resize(documented)
    await this.writePage()
  }

  private async resize({ width, height }: Size): Promise<void> {
    const { app, page } = this.bench
    if (app)
      await app.evaluate(
        ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setContentSize(to.width, to.height),
        { width, height },
      )
    else await page.setViewportSize({ width, height })
    await page.waitForFunction((to) => window.innerWidth === to.width && window.innerHeight === to.height, {
      width,
      height,
    })
  }

  private async document(file: string, as: string): Promise<void> {
    await mkdir(documents, { recursive: true })
    await copyFile(join(this.folder, file), join(documents, as))
  }

  private async writePage(): Promise<void> {
    const files = (await readdir(this.folder)).filter((file) => file.endsWith('.png')).sort()
    const figures = files.map(
      (file) =>
        `<figure><img src="${file}" loading="lazy"><figcaption>${file.replace('.png', '')}</figcaption></figure>`,
    )
    const style =
      'body{font:14px system-ui;margin:24px;background:#888}main{display:grid;grid-template-columns:1fr 1fr;gap:24px}figure{margin:0}img{width:100%}'
    await writeFile(
      join(this.folder, 'index.html'),
      `<!doctype html><meta charset="utf-8"><title>Switchpoint, every view</title><style>${style}</style><main>${figures.join('\n')}</main>`,
    )
  }
}

/** `--update-snapshots`, as for Playwright's own pictures. */
const isRenewing = () => ['all', 'changed'].includes(test.info().config.updateSnapshots)

/** The pictures are documents: the scratch folder of the moment reads as a folder of somebody's. */
async function neutral(page: Page, folder: string): Promise<void> {
  await page.evaluate((scratch) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const { currentNode: node } = texts
      if (node.nodeValue?.includes(scratch)) node.nodeValue = node.nodeValue.replaceAll(scratch, '~/labs')
    }
  }, folder)
}

/** Nothing is drawn any more: charts have painted, fonts are there, no skeleton stands. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready
    const frame = () => new Promise((next) => requestAnimationFrame(next))
    // A chart follows its pane's size a moment later.
    const fits = () =>
      [...document.querySelectorAll<HTMLElement>('x-vue-echarts')].every((host) => {
        const canvas = host.querySelector('canvas')
        return !canvas || host.clientWidth === 0 || Math.abs(canvas.clientWidth - host.clientWidth) <= 1
      })
    /** A button that has just become usable fades in. */
    const fades = () => document.getAnimations().some((one) => one instanceof CSSTransition)
    let before = ''
    // ECharts draws in frames of its own; a picture that stays the same for three frames is finished.
    for (let same = 0, tries = 0; same < 3 && tries < 120; tries++) {
      await frame()
      const now =
        [...document.querySelectorAll('canvas')].map((canvas) => `${canvas.width}x${canvas.height}`).join() +
        document.body.innerText.length
      same = now === before && !document.querySelector('[aria-busy=true]') && fits() && !fades() ? same + 1 : 0
      before = now
    }
    await frame()
  })
}
