/**
 * What no page of ours may do, whatever runs in it: leave its address, open windows, embed anything, get a permission.
 * Electron's security list, points 5 and 11 to 15. (Fuses are set where the package is made: docs/decisions.)
 */
import { app, type Session, type WebContents } from 'electron'
import { isOwnPage } from './own-page.ts'

/** Copying text is all the page asks of the system. */
const granted: readonly string[] = ['clipboard-sanitized-write']

export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(granted.includes(permission) && isOwnPage(contents.getURL())),
  )
  session.setPermissionCheckHandler(
    (contents, permission) => granted.includes(permission) && contents !== null && isOwnPage(contents.getURL()),
  )
  session.setDevicePermissionHandler(() => false)
}

export function guardContents(): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame || !isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}
