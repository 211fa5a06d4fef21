/** A figure saved by the export menu, as bytes: the browser's download, or the desktop's without its dialog. */
import { expect, type ElectronApplication, type Locator, type Page } from '@playwright/test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scratchFolder } from '../scratch.ts'

export type Format = 'PNG' | 'SVG' | 'PDF' | 'CSV' | 'LaTeX'

export interface SavedFigure {
  readonly name: string
  readonly bytes: Buffer
}

async function inWindow(app: ElectronApplication, folder: string, act: () => Promise<void>): Promise<SavedFigure> {
  const saved = app.evaluate(
    ({ session }, into) =>
      new Promise<string>((resolve, reject) => {
        session.defaultSession.once('will-download', (_event, item) => {
          item.setSavePath(`${into}/${item.getFilename()}`)
          item.once('done', (_done, state) =>
            state === 'completed' ? resolve(item.getFilename()) : reject(new Error(state)),
          )
        })
      }),
    folder,
  )
  await act()
  const name = await saved
  return { name, bytes: await readFile(join(folder, name)) }
}

async function inBrowser(page: Page, act: () => Promise<void>): Promise<SavedFigure> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()])
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

/** `trigger`: the button that opens the menu; it is worked by keys alone. */
export async function saveFigure(
  { page, app }: { readonly page: Page; readonly app: ElectronApplication | null },
  trigger: Locator,
  format: Format,
): Promise<SavedFigure> {
  const act = async () => {
    await trigger.focus()
    await page.keyboard.press('Enter')
    const entry = page.getByRole('menuitem', { name: format })
    await entry.focus()
    await page.keyboard.press('Enter')
  }
  if (!app) return inBrowser(page, act)
  const folder = await mkdtemp(join(scratchFolder(), 'figure-'))
  try {
    return await inWindow(app, folder, act)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Width and height that a PNG's header names. */
export const pngSize = (bytes: Buffer) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) })

/** A whole PDF of vectors, its font inside. */
export function expectPdf(bytes: Buffer): void {
  const pdf = bytes.toString('latin1')
  expect(pdf.slice(0, 8)).toBe('%PDF-1.4')
  expect(pdf.trimEnd().endsWith('%%EOF')).toBe(true)
  expect(pdf).toContain('/FontFile2')
  expect(pdf).not.toContain('/Subtype /Image')
}
