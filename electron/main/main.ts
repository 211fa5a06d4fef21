/**
 * The desktop: windows, menus, dialogs, and a pipe from each page to its workspace's engine. It computes nothing and reads
 * no data. Nothing here is awaited at the top level: in an ES module that keeps Electron from becoming ready.
 */
import { app, BrowserWindow, session } from 'electron'
import { declareScheme, servePage } from './app-protocol.ts'
import { readArguments } from './arguments.ts'
import { denyPermissions, guardContents } from './hardening.ts'
import { watchForQuit } from './leaving.ts'
import { setMenu } from './menu.ts'
import { answerPages } from './page-calls.ts'
import { pageFolder } from './places.ts'
import { rememberTheme } from './theme.ts'
import { anotherWindow, linkOf, showWorkspace, switchWorkspace } from './workspace-windows.ts'

// One process for all windows of a user; a second start hands its wish to the first.
const mine = { words: process.argv, folder: process.cwd() }
if (!app.requestSingleInstanceLock(mine)) app.quit()
else {
  declareScheme()
  guardContents()
  void app.whenReady().then(start)
}

function start(): void {
  app.setAppUserModelId('org.switchpoint.workbench')
  if (app.isPackaged) app.setAsDefaultProtocolClient('switchpoint')
  rememberTheme()
  watchForQuit()
  denyPermissions(session.defaultSession)
  servePage(session.defaultSession, pageFolder)

  const menu = (recents: readonly string[]) =>
    setMenu({
      recents,
      openWorkspace: (window, path) => void (window ? switchWorkspace(window, path) : showWorkspace(path)),
      newWindow: (window) => anotherWindow((window && linkOf(window)?.workspace) ?? null),
    })
  menu([])
  answerPages({ recentsChanged: menu })

  const open = ({ words, folder }: typeof mine) => {
    const { workspace, hash } = readArguments(words, folder)
    showWorkspace(workspace, hash)
  }
  open(mine)
  app.on('second-instance', (_event, _argv, _folder, wish) => open(wish as typeof mine))
  app.on('activate', () => BrowserWindow.getAllWindows().length === 0 && showWorkspace(null))
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  // Opened by a link or a file while running (macOS).
  app.on('open-url', (event, url) => {
    event.preventDefault()
    open({ words: [url], folder: process.cwd() })
  })
}
