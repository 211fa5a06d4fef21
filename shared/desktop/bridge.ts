/**
 * What the preload gives the page in the desktop, and nothing else. The page must do without it: `serve` shows the same
 * page in a browser tab.
 */
export interface DesktopBridge {
  readonly platform: 'linux' | 'darwin' | 'win32'
  /** Asks for a pipe to the engine. The answer comes as a window message `portMessage` that carries a MessagePort, now and after every restart of the engine. */
  requestPort(): void
  openFileDialog(request: OpenFileRequest): Promise<readonly string[]>
  /** The path of a dropped or chosen file, empty where it has none. */
  pathForFile(file: unknown): string
  /** Opens a workspace in this window; null asks for a folder. Resolves to false when nothing was chosen. */
  openWorkspace(path: string | null): Promise<boolean>
  recentWorkspaces(): Promise<readonly RecentWorkspace[]>
  /** Shows a file of the workspace in the system's file manager. A path outside the workspace is refused. */
  showItemInFolder(path: string): Promise<void>
  setTheme(theme: ThemeChoice): void
  /** Words in the title bar and the window list. */
  setTitle(title: string): void
  /** A menu entry was chosen: an id of `commands`. */
  onCommand(listener: (id: string) => void): void
  /** The engine cannot be had, or has come back (null). */
  onEngineProblem(listener: (problem: EngineProblem | null) => void): void
}

export type ThemeChoice = 'system' | 'light' | 'dark'

export interface OpenFileRequest {
  readonly title: string
  readonly kind: 'data' | 'folder'
  readonly multiple: boolean
}

export interface RecentWorkspace {
  readonly path: string
  readonly name: string
  /** ms since the epoch */
  readonly openedAt: number
  readonly exists: boolean
}

export interface EngineProblem {
  readonly message: string
  readonly remedy: string
  /** What the engine or the starter printed, newest last. */
  readonly detail: string
}

/** `data` of the window message whose first port is the pipe to the engine. */
export const portMessage = 'switchpoint:port'
