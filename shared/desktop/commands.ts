/**
 * Every command of the window: menu, palette and keys read this one list. `keys` is an Electron accelerator. Views bind what
 * a command does; one that nobody has bound is shown disabled.
 */
export interface Command {
  readonly id: string
  readonly title: string
  readonly menu: 'file' | 'edit' | 'view' | 'run' | 'help'
  readonly keys?: string
  /** Words a reader may type that are not in the title. */
  readonly also?: string
}

export const commands = [
  { id: 'workspace.open', title: 'Open workspace…', menu: 'file', keys: 'CmdOrCtrl+O', also: 'folder recent' },
  { id: 'data.import', title: 'Import trajectories…', menu: 'file', keys: 'CmdOrCtrl+I', also: 'dataset jsonl gsm8k' },
  { id: 'curves.import', title: 'Import curves…', menu: 'file', also: 'runs elsewhere csv json verl trl log' },
  { id: 'data.generate', title: 'Make lab data…', menu: 'file', also: 'generate operator chains' },
  { id: 'experiment.new', title: 'New experiment', menu: 'file', keys: 'CmdOrCtrl+N', also: 'compose run train' },
  { id: 'subset.save', title: 'Save subset', menu: 'file', keys: 'CmdOrCtrl+S', also: 'curate version' },
  { id: 'settings.open', title: 'Settings', menu: 'file', keys: 'CmdOrCtrl+,', also: 'preferences theme' },
  { id: 'edit.undo', title: 'Undo last removal', menu: 'edit', keys: 'CmdOrCtrl+Alt+Z', also: 'restore' },
  { id: 'edit.find', title: 'Find in this view', menu: 'edit', keys: 'CmdOrCtrl+F', also: 'search filter' },
  { id: 'palette.open', title: 'Search or run a command', menu: 'view', keys: 'CmdOrCtrl+K', also: 'palette' },
  { id: 'view.back', title: 'Back', menu: 'view', keys: 'Alt+Left' },
  { id: 'view.forward', title: 'Forward', menu: 'view', keys: 'Alt+Right' },
  {
    id: 'theme.toggle',
    title: 'Switch between light and dark',
    menu: 'view',
    keys: 'CmdOrCtrl+Shift+L',
    also: 'theme',
  },
  { id: 'link.copy', title: 'Copy link to this view', menu: 'view', keys: 'CmdOrCtrl+Alt+C', also: 'hash url share' },
  { id: 'study.quick', title: 'Run the quick study', menu: 'run', also: 'demo example minutes' },
  { id: 'run.pause', title: 'Pause the running run', menu: 'run' },
  { id: 'run.stop', title: 'Stop the running run', menu: 'run' },
  { id: 'diagnostics.copy', title: 'Copy diagnostics', menu: 'help', also: 'report bug support log' },
] as const satisfies readonly Command[]

export type CommandId = (typeof commands)[number]['id']

/** The views in the rail's order, for the menu: main cannot look into the page (a test keeps both equal). */
export const menuViews = [
  { id: 'datasets', title: 'Datasets' },
  { id: 'curate', title: 'Curate' },
  { id: 'experiments', title: 'Experiments' },
  { id: 'run', title: 'Runs' },
  { id: 'switch', title: 'Switch point' },
  { id: 'ceilings', title: 'Ceilings' },
  { id: 'compare', title: 'Compare' },
] as const

/** How a shortcut reads on a key cap: `Ctrl K`, `⌘K`. */
export function keysLabel(keys: string, platform: string): string {
  const mac = platform === 'darwin'
  const names: Readonly<Record<string, string>> = mac
    ? { CmdOrCtrl: '⌘', Shift: '⇧', Alt: '⌥', Left: '←', Right: '→' }
    : { CmdOrCtrl: 'Ctrl', Left: '←', Right: '→' }
  return keys
    .split('+')
    .map((key) => names[key] ?? key)
    .join(mac ? '' : ' ')
}
