/** Endings told by the system, to a reader who looks elsewhere. A click brings the window and what it is about. */
import { BrowserWindow, Notification } from 'electron'
import type { News } from '#shared/desktop/bridge.ts'
import { channels } from '#shared/desktop/channels.ts'
import { linkOf, toFront } from './workspace-windows.ts'

/** Shown ones: the system forgets a click on one that was collected. */
const shown = new Set<Notification>()
const told: string[] = []
const mostTold = 200

/** What a page sends is taken only as short text and one of our own addresses. */
export function readNews(payload: unknown): News | null {
  const { tag, title, body, hash } = (payload ?? {}) as Partial<Record<keyof News, unknown>>
  const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most
  if (!isText(tag, 200) || !isText(title, 200) || !isText(body, 2000) || !isText(hash, 500)) return null
  if (!hash.startsWith('#/')) return null
  // macOS cuts at 256 bytes.
  return { tag, title, body: body.length > 240 ? `${body.slice(0, 239)}…` : body, hash }
}

export function notify(window: BrowserWindow, payload: unknown): void {
  const news = readNews(payload)
  const workspace = linkOf(window)?.workspace ?? ''
  if (!news || !Notification.isSupported() || isLookedAt(window, workspace)) return
  const mark = `${workspace}\n${news.tag}`
  if (told.includes(mark)) return
  told.push(mark)
  told.splice(0, told.length - mostTold)

  const notification = new Notification({ title: news.title, body: news.body })
  shown.add(notification)
  notification.on('close', () => shown.delete(notification))
  notification.on('click', () => {
    shown.delete(notification)
    if (window.isDestroyed()) return
    toFront(window)
    window.webContents.send(channels.command, `go:${news.hash}`)
  })
  notification.show()
}

function isLookedAt(window: BrowserWindow, workspace: string): boolean {
  const focused = BrowserWindow.getFocusedWindow()
  return focused !== null && (focused === window || linkOf(focused)?.workspace === workspace)
}
