/**
 * The bridge: a way to get a port, and a handful of desktop calls. Each is a narrow function; `ipcRenderer` never crosses.
 * Runs sandboxed, so it is built as one CommonJS file and may use nothing of Node.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { portMessage, type DesktopBridge, type EngineProblem, type Leaving } from '#shared/desktop/bridge.ts'
import { channels } from '#shared/desktop/channels.ts'

// A port cannot pass through contextBridge; a window message can carry it into the page's own world.
ipcRenderer.on(channels.port, (event) => {
  window.postMessage(portMessage, window.location.origin, [...event.ports])
})

const bridge: DesktopBridge = {
  platform: process.platform,
  requestPort: () => ipcRenderer.send(channels.port),
  openFileDialog: (request) => ipcRenderer.invoke(channels.openFiles, request),
  pathForFile: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
  openWorkspace: (path) => ipcRenderer.invoke(channels.openWorkspace, path),
  showItemInFolder: (path) => ipcRenderer.invoke(channels.showInFolder, path),
  setTheme: (theme) => ipcRenderer.send(channels.theme, theme),
  setStatus: (status) => ipcRenderer.send(channels.status, status),
  setRecents: (paths) => ipcRenderer.send(channels.recents, paths),
  notify: (news) => ipcRenderer.send(channels.notify, news),
  onLeaving: (listener) =>
    void ipcRenderer.on(channels.leave, (_event, then: Leaving) =>
      listener(then).then((isTaken) => ipcRenderer.send(channels.leave, isTaken)),
    ),
  onCommand: (listener) => void ipcRenderer.on(channels.command, (_event, id: string) => listener(id)),
  onEngineProblem: (listener) =>
    void ipcRenderer.on(channels.engineProblem, (_event, problem: EngineProblem | null) => listener(problem)),
}

contextBridge.exposeInMainWorld('switchpoint', bridge)
