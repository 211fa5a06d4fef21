/** The three views that judge runs: Switch point, Ceilings, Compare. */
import { expect, type Locator, type Page } from '@playwright/test'
import { asNumber, enter } from './fields.ts'
import type { Frame } from './frame.ts'

/** A marker on a chart: dragged or moved by keys. */
export class Marker {
  readonly page: Page
  readonly slider: Locator

  constructor(page: Page, slider: Locator) {
    this.page = page
    this.slider = slider
  }

  async value(): Promise<number> {
    return Number(await this.slider.getAttribute('aria-valuenow'))
  }

  async press(...keys: string[]): Promise<void> {
    await this.slider.focus()
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async dragBy(pixels: number): Promise<void> {
    const box = await this.slider.boundingBox()
    if (!box) throw new Error('the marker is not drawn')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await this.page.mouse.move(x, y)
    await this.page.mouse.down()
    await this.page.mouse.move(x + pixels, y, { steps: 8 })
    await this.page.mouse.up()
  }
}

export class SwitchPointPage {
  readonly page: Page
  readonly marker: Marker
  readonly chosen: Locator
  readonly branches: Locator
  readonly recommendation: Locator

  constructor(page: Page) {
    this.page = page
    this.marker = new Marker(page, page.getByRole('slider', { name: 'Switch point', exact: true }))
    this.chosen = page.getByRole('region', { name: 'The chosen checkpoint' })
    this.branches = page.getByRole('region', { name: 'Branches' })
    this.recommendation = page.getByRole('region', { name: 'Recommendation' })
  }

  /** Begins a small search: `candidates` checkpoints, `evaluations` on the way to `target` TFLOP, less than one. */
  async search(candidates: number, evaluations: number, target: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Search the switch point' }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Search the switch point' })
    await enter(dialog.getByRole('spinbutton', { name: 'candidates' }), candidates)
    await enter(dialog.getByRole('spinbutton', { name: 'evaluations' }), evaluations)
    await enter(dialog.getByRole('spinbutton', { name: 'target' }), target)
    await expect(dialog.getByText(`${1000 * target} GFLOP of SFT and RL`)).toBeVisible({ timeout: 20_000 })
    await dialog.getByRole('button', { name: /^Begin/ }).click()
    await expect(dialog).toBeHidden()
  }

  async branchHere(steps: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Branch RL here' }).click()
    const dialog = this.page.getByRole('dialog', { name: /^Branch RL at step/ })
    await dialog.getByRole('spinbutton', { name: 'steps', exact: true }).fill(String(steps))
    await dialog.getByRole('button', { name: 'Queue 1 run' }).click()
  }
}

export class CeilingsPage {
  readonly page: Page
  readonly table: Locator
  readonly bars: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('grid', { name: 'Branches and their ceilings' })
    this.bars = page.getByRole('img', { name: /^P_sft plus PL_rl by switch point/ })
  }

  async open(frame: Frame): Promise<void> {
    await frame.open('Ceilings')
    await expect(this.bars.first()).toBeVisible({ timeout: 30_000 })
  }
}

export class ComparePage {
  readonly page: Page
  readonly budget: Marker
  readonly standings: Locator
  readonly runs: Locator

  constructor(page: Page) {
    this.page = page
    this.budget = new Marker(page, page.getByRole('slider', { name: 'Compute budget' }))
    this.standings = page.getByRole('grid', { name: 'Families at the budget' })
    this.runs = page.getByRole('grid', { name: 'Runs' })
  }

  async scores(): Promise<number[]> {
    const cells = await this.standings
      .getByRole('row')
      .evaluateAll((all) => all.map((row) => row.querySelectorAll('[role=gridcell]')[1]?.textContent?.trim() ?? ''))
    return cells.filter((text) => /^\d/.test(text)).map((text) => asNumber(text.split('±')[0] ?? ''))
  }
}
