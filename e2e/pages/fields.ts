/** Reading and choosing in the kit's controls. */
import { expect, type Locator, type Page } from '@playwright/test'

/** A select box by its accessible name. */
export async function choose(
  page: Page,
  within: Locator,
  name: string | RegExp,
  option: string | RegExp,
): Promise<void> {
  await within.getByRole('combobox', { name }).click()
  await page.getByRole('option', { name: option }).first().click()
}

/** A menu on its trigger. */
export async function pick(page: Page, trigger: Locator, entry: string | RegExp): Promise<void> {
  await trigger.click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Types a number and leaves the field, which commits it. */
export async function enter(field: Locator, value: string | number): Promise<void> {
  await field.fill(String(value))
  await field.press('Enter')
}

/** The figure beside a word in a list of facts. */
export const fact = (within: Locator, word: string | RegExp): Locator =>
  within
    .locator('dl > div')
    .filter({ has: within.page().locator('dt').filter({ hasText: word }) })
    .locator('dd')

export const asNumber = (text: string): number => Number(text.replace(/[^\d.-]/g, ''))

/** The rows that a grid shows, its head left out. */
export const gridRows = (grid: Locator): Locator =>
  grid.getByRole('row').filter({ has: grid.page().getByRole('gridcell') })

/** A chart's numbers: its table beside it, read and put away again. */
export async function chartTable(pane: Locator): Promise<string[][]> {
  await pane.hover()
  await pane.getByRole('button', { name: 'Show as a table' }).first().click()
  const table = pane.getByRole('table').first()
  await expect(table).toBeVisible()
  const rows = await table
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? '')),
    )
  await pane.getByRole('button', { name: 'Show the chart' }).first().click()
  return rows
}
