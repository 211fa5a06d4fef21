/** Curate: the recipe, the brush, the rows, saving and exporting. */
import { expect, type Locator, type Page } from '@playwright/test'
import { asNumber, enter, fact, gridRows } from './fields.ts'

export class CuratePage {
  readonly page: Page
  readonly recipe: Locator
  readonly brush: Locator
  readonly from: Locator
  readonly to: Locator
  readonly rows: Locator

  constructor(page: Page) {
    this.page = page
    this.recipe = page.getByRole('region', { name: 'Recipe' })
    this.brush = page.getByRole('group', { name: /^Range of .* to keep$/ })
    this.from = page.getByRole('slider', { name: /: from$/ })
    this.to = page.getByRole('slider', { name: /: to$/ })
    this.rows = page.getByRole('grid', { name: 'Rows' })
  }

  private step(words: string | RegExp): Locator {
    return this.recipe.getByRole('listitem').filter({ hasText: words })
  }

  /** What the filters leave, before the draw. */
  left(): Locator {
    return this.step('left to draw from').locator('.figures')
  }

  drawn(): Locator {
    return this.step(/, drawn/).locator('.figures')
  }

  strategy(name: 'Easy' | 'Uniform' | 'Hard' | 'All'): Promise<void> {
    return this.recipe.getByRole('radio', { name, exact: true }).click()
  }

  draw(count: number): Promise<void> {
    return enter(this.recipe.getByRole('spinbutton', { name: 'rows to draw' }), count)
  }

  seed(seed: number): Promise<void> {
    return enter(this.recipe.getByRole('spinbutton', { name: 'seed' }), seed)
  }

  split(): Promise<number[]> {
    return Promise.all(
      ['train', 'validation', 'test'].map(async (part) =>
        asNumber((await fact(this.recipe, part).textContent()) ?? ''),
      ),
    )
  }

  /** Keeps the bins between two shares of the plot's width, by dragging over them. */
  async drag(from: number, to: number): Promise<void> {
    const box = await this.brush.boundingBox()
    if (!box) throw new Error('there is no histogram to brush')
    const y = box.y + box.height / 2
    await this.page.mouse.move(box.x + box.width * from, y)
    await this.page.mouse.down()
    await this.page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 4 })
    await this.page.mouse.move(box.x + box.width * to, y, { steps: 4 })
    await this.page.mouse.up()
  }

  async save(name: string): Promise<void> {
    await this.page.getByRole('button', { name: /^Save as/ }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Save the subset' })
    await dialog.getByRole('textbox', { name: 'name' }).fill(name)
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await expect(dialog).toBeHidden()
    await expect(this.page.getByRole('button', { name: `Train on ${name}` })).toBeVisible()
  }

  async showDrawn(): Promise<void> {
    await this.page.getByRole('radiogroup', { name: 'Which rows' }).getByRole('radio', { name: 'Drawn' }).click()
  }

  /** Lines of the rows in sight. */
  async lines(): Promise<number[]> {
    const cells = await gridRows(this.rows).evaluateAll((all) =>
      all.map((row) => row.querySelector('[role=gridcell]')?.textContent?.trim() ?? ''),
    )
    return cells.map(asNumber)
  }
}
