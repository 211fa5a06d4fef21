/** Light or dark as the reader chose it, known before the first window paints, so that nothing flashes. */
import { app, nativeTheme } from 'electron'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { themeChoices, type ThemeChoice } from '#shared/desktop/bridge.ts'

const file = () => join(app.getPath('userData'), 'theme')
const isChoice = (text: unknown): text is ThemeChoice => (themeChoices as readonly unknown[]).includes(text)

export function rememberTheme(): void {
  try {
    const choice = readFileSync(file(), 'utf8').trim()
    if (isChoice(choice)) nativeTheme.themeSource = choice
  } catch {
    // Nothing was chosen yet: the system's.
  }
}

/** A page may ask for anything; only a choice is taken. */
export function chooseTheme(choice: unknown): void {
  if (!isChoice(choice) || choice === nativeTheme.themeSource) return
  nativeTheme.themeSource = choice
  writeFileSync(file(), choice)
}
