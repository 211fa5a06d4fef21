/** Experiments: the form, the YAML beside it, the estimate, the queue. */
import { expect, type Locator, type Page } from '@playwright/test'
import type { Frame } from './frame.ts'
import { RunPage } from './run.ts'

export class ExperimentsPage {
  readonly page: Page
  readonly presets: Locator
  readonly editor: Locator
  readonly mistake: Locator
  readonly estimate: Locator
  readonly queueButton: Locator
  readonly queue: Locator

  constructor(page: Page) {
    this.page = page
    this.presets = page.getByRole('radiogroup', { name: 'Preset' })
    this.editor = page.getByRole('textbox', { name: 'Experiment as YAML' })
    this.mistake = page.getByRole('alert').filter({ hasText: 'in the YAML' })
    this.estimate = page.getByRole('region', { name: 'What it will take' })
    this.queueButton = page.getByRole('button', { name: /^Queue/ })
    this.queue = page.getByRole('region', { name: 'Queue' })
  }

  stage(title: string | RegExp): Locator {
    return this.page.getByRole('region', { name: title })
  }

  yaml(): Promise<string> {
    return this.editor.evaluate((content) =>
      [...content.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'),
    )
  }

  async type(yaml: string): Promise<void> {
    await this.editor.click()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(yaml)
  }

  /** Queues what the YAML says and waits until it stands in the queue. */
  async queueUp(yaml: string, name: string): Promise<void> {
    await expect(this.presets.getByRole('radio').first()).toBeVisible()
    await this.type(yaml)
    await expect(this.queueButton).toBeEnabled()
    await this.queueButton.click()
    await expect(this.entry(name)).toBeVisible()
  }

  entry(name: string): Locator {
    return this.queue.getByRole('row').filter({ has: this.page.getByRole('link', { name, exact: true }) })
  }

  async open(name: string): Promise<void> {
    await this.queue.getByRole('link', { name, exact: true }).click()
  }
}

/**
 * Long enough to be paused, killed and resumed; small enough to start within seconds; slow enough that it does not train past
 * the points that a chart shows unthinned while a loaded machine looks away.
 */
export const longRun = (name: string) => `name: ${name}
model: lab-0.3m
seed: 3
engine: { threads: 1 }
stages:
  - kind: pretrain
    data: { lab: { set: base, rows: 2000, seed: 1 } }
    batch: 96
    budget: { steps: 20000 }
    evaluation: { every: 100, samples: 1, greedy: true, data: { lab: { set: uniform, rows: 32, seed: 9001 } } }
    checkpoints: { every: 20, keepLast: 3 }
`

/** A long run is queued and its page opened. */
export async function openLongRun(frame: Frame, name: string): Promise<RunPage> {
  const experiments = new ExperimentsPage(frame.page)
  await frame.open('Experiments')
  await experiments.queueUp(longRun(name), name)
  await experiments.open(name)
  return new RunPage(frame.page)
}
