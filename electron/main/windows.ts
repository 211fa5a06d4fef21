/** Windows: one a workspace, opened where the last one was, shown when the page has painted. */
import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pageUrl } from './own-page.ts'
import { preloadFile } from './places.ts'
import { placeWindow, readBounds, smallest } from './window-bounds.ts'

const boundsFile = () => join(app.getPath('userData'), 'window.json')

function savedBounds() {
  try {
    return readBounds(readFileSync(boundsFile(), 'utf8'))
  } catch {
    return null
  }
}

function saveBounds(window: BrowserWindow): void {
  const text = JSON.stringify({ ...window.getNormalBounds(), maximized: window.isMaximized() })
  mkdirSync(app.getPath('userData'), { recursive: true })
  writeFileSync(`${boundsFile()}.new`, text)
  renameSync(`${boundsFile()}.new`, boundsFile())
}

/** The page's ground, so that nothing flashes before it paints (renderer/theme/tokens.ts). */
const ground = () => (nativeTheme.shouldUseDarkColors ? '#0e1014' : '#f6f7f9')

/** `hash`: the view it opens with, as `#/run/run_x`. */
export function openWindow(hash = ''): BrowserWindow {
  const workAreas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea)
  const { maximized, ...bounds } = placeWindow(savedBounds(), workAreas)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Switchpoint',
    backgroundColor: ground(),
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      webviewTag: false,
    },
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => saveBounds(window))
  // The page sets the title with the workspace in it; the document's own comes too late and too plain.
  window.on('page-title-updated', (event) => event.preventDefault())
  reloadWhenGone(window)
  void window.loadURL(pageUrl + hash)
  return window
}

const mostReloads = 3
const reloadsForgottenAfterMs = 60_000

/** A page whose process died is loaded again; the engine never noticed. One that dies again and again stays closed. */
function reloadWhenGone(window: BrowserWindow): void {
  let reloads: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    reloads = [...reloads.filter((at) => Date.now() - at < reloadsForgottenAfterMs), Date.now()]
    if (reloads.length <= mostReloads) window.webContents.reload()
    else window.close()
  })
}
