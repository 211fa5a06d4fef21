/** What a page may ask of the desktop. Each payload is checked here: the page is ours, what runs in it need not be. */
import { shell, type BrowserWindow } from 'electron'
import type { WindowStatus } from '#shared/desktop/bridge.ts'
import { channels } from '#shared/desktop/channels.ts'
import { chooseFiles, chooseWorkspace, readFileRequest } from './dialogs.ts'
import { isInside } from './inside.ts'
import { onCall, onMessage } from './ipc.ts'
import { holdsRuns } from './leaving.ts'
import { notify } from './notifications.ts'
import { keepAwake } from './power.ts'
import { chooseTheme } from './theme.ts'
import { linkOf, switchWorkspace } from './workspace-windows.ts'

export function answerPages({ recentsChanged }: { recentsChanged(paths: readonly string[]): void }): void {
  onMessage(channels.port, (window) => void linkOf(window)?.request())
  onCall(channels.openFiles, (window, payload) => chooseFiles(window, readFileRequest(payload)))
  onCall(channels.openWorkspace, async (window, payload) => {
    const path = typeof payload === 'string' && payload !== '' ? payload : await chooseWorkspace(window)
    return path !== null && (await switchWorkspace(window, path))
  })
  onCall(channels.showInFolder, (window, payload) => {
    const workspace = linkOf(window)?.workspace
    if (typeof payload !== 'string' || !workspace || !isInside(workspace, payload))
      throw new Error('not a file of this workspace')
    shell.showItemInFolder(payload)
  })
  onMessage(channels.theme, (_window, payload) => chooseTheme(payload))
  onMessage(channels.status, showStatus)
  onMessage(channels.notify, notify)
  onMessage(channels.recents, (_window, payload) => {
    if (Array.isArray(payload)) recentsChanged(payload.filter((path) => typeof path === 'string').slice(0, 12))
  })
}

function showStatus(window: BrowserWindow, payload: unknown): void {
  const { title, running, held, progress } = (payload ?? {}) as Partial<Record<keyof WindowStatus, unknown>>
  if (typeof title === 'string') window.setTitle(title.slice(0, 200))
  window.setProgressBar(typeof progress === 'number' ? Math.min(1, Math.max(0, progress)) : -1)
  keepAwake(window, typeof running === 'number' && running > 0)
  holdsRuns(window, typeof held === 'number' ? held : 0)
}
