/** The menu, from the one list of commands; roles do what the system does. */
import { app, Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'
import { basename } from 'node:path'
import { channels } from '#shared/desktop/channels.ts'
import { commands, menuViews, type Command } from '#shared/desktop/commands.ts'

const separator: MenuItemConstructorOptions = { type: 'separator' }

const send =
  (id: string): MenuItemConstructorOptions['click'] =>
  (_item, window) =>
    (window as BrowserWindow | undefined)?.webContents.send(channels.command, id)

/** The page listens to the keys itself (it does in a browser tab too); the menu only shows them, or a toggle would run twice. */
function entry({ id, title, keys }: Command): MenuItemConstructorOptions {
  return { label: title, ...(keys && { accelerator: keys, registerAccelerator: false }), click: send(id) }
}

const entriesOf = (menu: Command['menu']) =>
  (commands as readonly Command[]).filter((one) => one.menu === menu).map(entry)

export interface MenuDeps {
  readonly recents: readonly string[]
  openWorkspace(window: BrowserWindow | undefined, path: string): void
  newWindow(window: BrowserWindow | undefined): void
}

export function setMenu({ recents, openWorkspace, newWindow }: MenuDeps): void {
  const isMac = process.platform === 'darwin'
  const recent: MenuItemConstructorOptions = {
    label: 'Open recent',
    enabled: recents.length > 0,
    submenu: recents.map((path) => ({
      label: basename(path),
      toolTip: path,
      click: (_item, window) => openWorkspace(window as BrowserWindow | undefined, path),
    })),
  }
  const [open, ...files] = entriesOf('file')
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        ...(open ? [open] : []),
        recent,
        {
          label: 'New window',
          accelerator: 'CmdOrCtrl+Shift+N',
          click: (_item, window) => newWindow(window as BrowserWindow | undefined),
        },
        separator,
        ...files,
        separator,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        ...entriesOf('edit'),
      ],
    },
    {
      label: '&View',
      submenu: [
        ...menuViews.map(({ id, title }, at) => ({
          label: title,
          accelerator: `CmdOrCtrl+${at + 1}`,
          registerAccelerator: false,
          click: send(`go:${id}`),
        })),
        separator,
        ...entriesOf('view'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
      ],
    },
    { label: '&Run', submenu: entriesOf('run') },
    { role: 'windowMenu' },
    { role: 'help', submenu: entriesOf('help') },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
