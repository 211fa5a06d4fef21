/** Datasets: import with its dialog, the list, one dataset's card. */
import { expect, type ElectronApplication, type Locator, type Page } from '@playwright/test'
import { choose, gridRows } from './fields.ts'

export class DatasetsPage {
  readonly page: Page
  readonly dialog: Locator
  readonly list: Locator
  readonly rejected: Locator

  constructor(page: Page) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: /Import/ })
    this.list = page.getByRole('grid', { name: 'Datasets' })
    this.rejected = page.getByRole('grid', { name: 'Rejected lines' })
  }

  async startImport(): Promise<void> {
    await this.page
      .getByRole('main')
      .getByRole('button', { name: /^Import/ })
      .first()
      .click()
    await expect(this.dialog).toBeVisible()
  }

  /** By the system's own dialog in the window, whose answer alone is made up; by the file input in a browser. */
  async chooseFile(path: string, app: ElectronApplication | null): Promise<void> {
    if (app) {
      await app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
      }, path)
      await this.dialog.getByRole('button', { name: 'Choose a file…' }).click()
    } else await this.dialog.locator('input[type=file]').setInputFiles(path)
    await expect(this.dialog.getByRole('button', { name: 'Import', exact: true })).toBeVisible()
  }

  /** As a file that is dragged from the system's file manager and let go over an element. */
  async dropFile(path: string, over: Locator): Promise<void> {
    const box = await over.boundingBox()
    if (!box) throw new Error('there is nothing to drop on')
    const session = await this.page.context().newCDPSession(this.page)
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    const data = { items: [], files: [path], dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data })
      if (type === 'dragOver') await expect(this.page.getByText('Drop to import trajectories')).toBeVisible()
    }
    await session.detach()
    await expect(this.dialog.getByRole('button', { name: 'Import', exact: true })).toBeVisible()
  }

  map(part: 'prompt' | 'trajectory' | 'final answer' | 'source', column: string): Promise<void> {
    return choose(this.page, this.dialog, part, new RegExp(`^${column}`))
  }

  async import(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(this.page.getByRole('dialog', { name: 'Imported' })).toBeVisible({ timeout: 30_000 })
  }

  /** Line and reason of each rejected line that the report lists. */
  async rejections(): Promise<{ line: number; why: string }[]> {
    await expect(this.rejected).toBeVisible()
    const rows = gridRows(this.rejected)
    await expect(rows.first()).toBeVisible()
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent?.trim() ?? '')),
    )
    return cells.map(([line, why]) => ({ line: Number(line), why: why ?? '' }))
  }
}
