/** The frame around every view: rail, palette, theme, status line, toasts, banner. */
import { expect, type Locator, type Page } from '@playwright/test'

export type ViewTitle =
  'Datasets' | 'Curate' | 'Experiments' | 'Runs' | 'Switch point' | 'Ceilings' | 'Compare' | 'Settings'

export class Frame {
  readonly page: Page
  readonly rail: Locator
  readonly main: Locator
  readonly status: Locator
  readonly palette: Locator
  readonly toasts: Locator
  readonly crumbs: Locator

  constructor(page: Page) {
    this.page = page
    this.rail = page.getByRole('navigation', { name: 'Views' })
    this.main = page.getByRole('main')
    this.status = page.getByRole('contentinfo').or(page.locator('footer[role=status]'))
    this.palette = page.getByRole('dialog', { name: 'Search or run a command' })
    this.toasts = page.getByRole('region', { name: /Notification/ })
    this.crumbs = page.getByRole('navigation', { name: 'Breadcrumb' })
  }

  /** The page has its engine: the status line says which back end trains. */
  async ready(): Promise<void> {
    await expect(this.rail).toBeVisible({ timeout: 30_000 })
    await expect(this.crumbs.getByRole('link').first()).toBeVisible({ timeout: 30_000 })
  }

  async open(view: ViewTitle): Promise<void> {
    await this.rail.getByRole('link', { name: view, exact: true }).click()
    await expect(this.main).toHaveAccessibleName(view)
  }

  /** `#/run/run_x?x=flops` and the like: every state of a view is an address. */
  async go(hash: string): Promise<void> {
    await this.page.evaluate((to) => (window.location.hash = to), hash)
  }

  hash(): string {
    return new URL(this.page.url()).hash
  }

  /** The run whose page is open; '' on any other. */
  runId(): string {
    return /^#\/run\/([^?/]+)/.exec(this.hash())?.[1] ?? ''
  }

  async runCommand(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await this.palette.getByRole('textbox').fill(words)
    await this.palette.getByRole('option').first().waitFor()
    await this.page.keyboard.press('Enter')
    await expect(this.palette).toBeHidden()
  }

  /**
   * What is alarming from now until the banner has come and gone: each alert once, by its name or its words. Watched in the
   * page, for a fast machine has its engine back before a look from outside. A toast is no alarm, though a screen reader hears it as one.
   */
  outage(): Promise<string[]> {
    return this.page.evaluate(
      () =>
        new Promise<string[]>((done) => {
          const seen = new Set<string>()
          const look = () => {
            const now = [...document.querySelectorAll('[role=alert]')]
              .map((alert) => alert.getAttribute('aria-label') ?? alert.textContent?.trim() ?? '')
              .filter((name) => !name.startsWith('Notification '))
            const isOver = seen.has('Engine') && !now.includes('Engine')
            now.forEach((name) => seen.add(name))
            if (!isOver) return
            observer.disconnect()
            done([...seen])
          }
          const observer = new MutationObserver(look)
          observer.observe(document.body, { childList: true, subtree: true })
          look()
        }),
    )
  }

  theme(): Promise<'light' | 'dark'> {
    return this.page.evaluate(() => {
      const { theme } = document.documentElement.dataset
      if (theme === 'light' || theme === 'dark') return theme
      return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    })
  }
}
