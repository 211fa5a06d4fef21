/** Which window shows which workspace; one window a workspace, one link a window. */
import { MessageChannelMain, type BrowserWindow } from 'electron'
import { setTimeout as wait } from 'node:timers/promises'
import { channels } from '#shared/desktop/channels.ts'
import { engineLink, type EngineLink } from './supervision/engine-link.ts'
import { guardClosing, mayLeave } from './leaving.ts'
import { openPipe } from './supervision/pipe.ts'
import { startEngine } from './supervision/start-engine.ts'
import { openWindow } from './windows.ts'

const links = new Map<BrowserWindow, EngineLink>()

export const linkOf = (window: BrowserWindow): EngineLink | undefined => links.get(window)

function makeLink(window: BrowserWindow, workspace: string | null): EngineLink {
  const toPage = (channel: string, ...payload: unknown[]) =>
    window.isDestroyed() || window.webContents.send(channel, ...payload)
  return engineLink(workspace, {
    start: async (path) => startEngine(path),
    async pipe(address, deliver) {
      const { port1, port2 } = new MessageChannelMain()
      await openPipe(address, port1, () => undefined)
      deliver(port2)
    },
    deliver(port) {
      if (!window.isDestroyed()) window.webContents.postMessage(channels.port, null, [port])
    },
    tell: (problem) => toPage(channels.engineProblem, problem),
    wait: (ms) => wait(ms),
  })
}

/** A window on a workspace (null: whatever is open, else the one opened last). One that shows it already comes to the front instead. */
export function showWorkspace(workspace: string | null, hash = ''): BrowserWindow {
  const shown = workspace === null ? [...links.keys()].at(-1) : windowOn(workspace)
  if (shown) {
    if (hash) shown.webContents.send(channels.command, `go:${hash}`)
    toFront(shown)
    return shown
  }
  return anotherWindow(workspace, hash)
}

/** One more window, even on a workspace that is shown already: two views side by side. */
export function anotherWindow(workspace: string | null, hash = ''): BrowserWindow {
  const window = openWindow(hash)
  links.set(window, makeLink(window, workspace))
  guardClosing(window)
  window.once('closed', () => {
    links.get(window)?.end()
    links.delete(window)
  })
  return window
}

/** The same window goes on with another workspace; its page starts anew. False where its reader would rather stay. */
export async function switchWorkspace(window: BrowserWindow, workspace: string): Promise<boolean> {
  const shown = windowOn(workspace)
  if (shown) toFront(shown)
  else if (await mayLeave(window, 'leave')) {
    links.get(window)?.end()
    links.set(window, makeLink(window, workspace))
    window.webContents.reload()
  } else return false
  return true
}

const windowOn = (workspace: string): BrowserWindow | undefined =>
  [...links].find(([, link]) => link.workspace === workspace)?.[0]

export function toFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
