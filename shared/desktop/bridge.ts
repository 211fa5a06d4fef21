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
  /** Tells of an ending by the system's own notification, unless its reader is looking. */
  notify(news: News): void
  /** The window is about to close and its reader has chosen; resolves to false where the engine could not be told. */
  onLeaving(listener: (then: Leaving) => Promise<boolean>): void
  /** A menu entry was chosen: an id of `commands`, or `go:` and a hash. */
  onCommand(listener: (id: string) => void): void
  /** The engine cannot be had, or has come back (null). */
  onEngineProblem(listener: (problem: EngineProblem | null) => void): void
}

export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]

export interface OpenFileRequest {
  readonly title: string
  readonly kind: 'data' | 'curves' | 'folder'
  readonly multiple: boolean
}

/** What the desktop shows outside the page: title bar, task bar, whether the machine may sleep. */
export interface WindowStatus {
  readonly title: string
  /** Runs that train. */
  readonly running: number
  /** Runs, training or waiting, that would be put aside if this window closed. */
  readonly held: number
  /** Share done, null where nothing is under way. */
  readonly progress: number | null
}

/** What becomes of runs when the last window closes: they go on without one, or are checkpointed and put aside. */
export const leavings = ['keep', 'rest'] as const
export type Leaving = (typeof leavings)[number]

/** A run or a study has ended. */
export interface News {
  /** Two windows may tell the same: it is shown once. */
  readonly tag: string
  readonly title: string
  readonly body: string
  /** Where a click leads: `#/run/run_x`. */
  readonly hash: string
}

export interface EngineProblem {
  readonly message: string
  readonly remedy: string
  /** What the starter printed. */
  readonly detail: string
}

/** `data` of the window message whose first port is the pipe to the engine. */
export const portMessage = 'switchpoint:port'
