/** One run, live, and the list of all. */
import { expect, type Locator, type Page } from '@playwright/test'
import { asNumber, chartTable, gridRows } from './fields.ts'

export class RunPage {
  readonly page: Page
  readonly state: Locator
  readonly metrics: Locator
  readonly rollouts: Locator
  readonly pause: Locator
  readonly resume: Locator
  readonly stop: Locator

  constructor(page: Page) {
    this.page = page
    this.state = page.getByRole('main').locator('.chip-like')
    this.metrics = page.getByRole('region', { name: 'Metrics' })
    this.rollouts = page.getByRole('region', { name: 'Rollouts' })
    this.pause = page.getByRole('main').getByRole('button', { name: 'Pause', exact: true })
    this.resume = page.getByRole('main').getByRole('button', { name: 'Resume', exact: true }).first()
    this.stop = page.getByRole('main').getByRole('button', { name: 'Stop', exact: true })
  }

  /** The pane of a metric by the beginning of its title. */
  panel(title: string | RegExp): Locator {
    return this.metrics.getByRole('region', { name: title }).first()
  }

  async step(): Promise<number> {
    return asNumber((await this.state.locator('b').textContent()) ?? '')
  }

  async reaches(step: number, timeout = 60_000): Promise<void> {
    await expect.poll(() => this.step(), { timeout }).toBeGreaterThanOrEqual(step)
  }

  /** The steps that a metric's chart has points of. */
  async pointsOf(title: string | RegExp): Promise<number[]> {
    return (await chartTable(this.panel(title))).map(([step]) => asNumber(step ?? ''))
  }
}

/** Every step from the first to the last, each once; more than `least` of them. */
export function expectWhole(points: readonly number[], least = 20): void {
  expect(points.length).toBeGreaterThan(least)
  expect(points).toEqual(points.map((_, at) => (points[0] ?? 0) + at))
}

export class RunListPage {
  readonly page: Page
  readonly grid: Locator
  readonly search: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: 'Runs' })
    this.search = page.getByRole('textbox', { name: 'Search runs' })
  }

  rows(): Locator {
    return gridRows(this.grid)
  }

  row(name: string): Locator {
    return this.rows().filter({ has: this.page.getByRole('gridcell', { name, exact: true }) })
  }

  async names(): Promise<string[]> {
    return this.rows().evaluateAll((all) =>
      all.map((row) => row.querySelectorAll('[role=gridcell]')[1]?.textContent?.trim() ?? ''),
    )
  }

  async sortBy(column: string): Promise<void> {
    await this.grid.getByRole('columnheader', { name: column, exact: true }).getByRole('button').click()
  }
}
