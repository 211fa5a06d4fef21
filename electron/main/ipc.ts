/**
 * The only file that listens to IPC. Every message is checked before its handler sees it: it must come from the main frame
 * of a window of ours that shows our own page. Anything else is dropped (Electron's security list, point 17).
 */
import { BrowserWindow, ipcMain, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron'
import { isOwnPage } from './own-page.ts'

function windowOf(event: IpcMainEvent | IpcMainInvokeEvent): BrowserWindow | null {
  const frame = event.senderFrame
  if (!frame || frame !== event.sender.mainFrame || !isOwnPage(frame.url)) return null
  return BrowserWindow.fromWebContents(event.sender)
}

/** A message without an answer. */
export function onMessage(channel: string, handle: (window: BrowserWindow, payload: unknown) => void): void {
  ipcMain.on(channel, (event, payload: unknown) => {
    const window = windowOf(event)
    if (window) handle(window, payload)
  })
}

/** A call with an answer; a stranger's is rejected. */
export function onCall<R>(channel: string, handle: (window: BrowserWindow, payload: unknown) => R | Promise<R>): void {
  ipcMain.handle(channel, (event, payload: unknown) => {
    const window = windowOf(event)
    if (!window) throw new Error('not a page of Switchpoint')
    return handle(window, payload)
  })
}
