/** The Electron window as a program of its own: started on a workspace, closed as by its title bar, killed. */
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { join } from 'node:path'
import { environment, repository, required, type Place } from './program.ts'

export const asRoot = process.getuid?.() === 0

export interface WindowProgram {
  readonly app: ElectronApplication
  readonly page: Page
  /** Ends it, whatever trains: what it would ask is answered with Checkpoint and quit. */
  close(): Promise<void>
}

export async function openWindow(place: Place): Promise<WindowProgram> {
  const app = await _electron.launch({
    executablePath: required('SWITCHPOINT_ELECTRON'),
    args: [
      repository,
      ...(asRoot ? ['--no-sandbox'] : []),
      `--user-data-dir=${join(place.home, 'electron')}`,
      '--workspace',
      place.workspace,
    ],
    env: environment(place),
    timeout: 60_000,
  })
  const page = await app.firstWindow()
  return {
    app,
    page,
    async close() {
      await answerWith(app, 'Checkpoint and quit')
      await app.close()
    },
  }
}

/** What the next native questions are answered with, by their button; the words of each are kept. */
export function answerWith(app: ElectronApplication, button: string): Promise<void> {
  return app.evaluate(({ dialog }, chosen) => {
    const asked = ((globalThis as { asked?: string[] }).asked ??= [])
    dialog.showMessageBox = ((...args: unknown[]) => {
      const { message, buttons = [] } = args.at(-1) as { message: string; buttons?: string[] }
      asked.push(message)
      const response = buttons.indexOf(chosen)
      return Promise.resolve({ response: response < 0 ? buttons.length - 1 : response, checkboxChecked: false })
    }) as typeof dialog.showMessageBox
  }, button)
}

/** Messages of the native questions so far. */
export const questions = (app: ElectronApplication): Promise<string[]> =>
  app.evaluate(() => (globalThis as { asked?: string[] }).asked ?? [])

/** As a click on the title bar's cross. */
export const closeWindow = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
