/**
 * What the preload gives the page in the desktop, and nothing else. The page must do without it: `serve` shows the same
 * page in a browser tab.
 */
export interface DesktopBridge {
  readonly platform: string
  /** Asks for a pipe to the engine. The answer is a window message `portMessage` that carries a MessagePort; the port closes when that engine is gone. */
  requestPort(): void
  openFileDialog(request: OpenFileRequest): Promise<readonly string[]>
  /** The path of a dropped or chosen file, empty where it has none. */
  pathForFile(file: unknown): string
  /** Opens a workspace in this window; null asks for a folder. Resolves to false when nothing was chosen. */
  openWorkspace(path: string | null): Promise<boolean>
  /** Shows a file of the workspace in the system's file manager. A path outside the workspace is refused. */
  showItemInFolder(path: string): Promise<void>
  setTheme(theme: ThemeChoice): void
  setStatus(status: WindowStatus): void
  /** Workspaces for the menu's `Open recent`, newest first. */
  setRecents(paths: readonly string[]): void
  /** A menu entry was chosen: an id of `commands`, or `go:` and a hash. */
  onCommand(listener: (id: string) => void): void
  /** The engine cannot be had, or has come back (null). */
  onEngineProblem(listener: (problem: EngineProblem | null) => void): void
}

export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]

export interface OpenFileRequest {
  readonly title: string
  readonly kind: 'data' | 'folder'
  readonly multiple: boolean
}

/** What the desktop shows outside the page: title bar, task bar, whether the machine may sleep. */
export interface WindowStatus {
  readonly title: string
  /** Runs that train. */
  readonly running: number
  /** Share done, null where nothing is under way. */
  readonly progress: number | null
}

export interface EngineProblem {
  readonly message: string
  readonly remedy: string
  /** What the starter printed. */
  readonly detail: string
}

/** `data` of the window message whose first port is the pipe to the engine. */
export const portMessage = 'switchpoint:port'
