/** The IPC channels between preload and main. Both ends import this list; nothing else crosses. */
export const channels = {
  /** page → main: a pipe to the engine, please. main → page (with a port): here it is. */
  port: 'port',
  openFiles: 'open-files',
  openWorkspace: 'open-workspace',
  showInFolder: 'show-in-folder',
  theme: 'theme',
  status: 'status',
  recents: 'recents',
  notify: 'notify',
  /** main → page: the reader's choice. page → main: whether the engine has taken it. */
  leave: 'leave',
  /** main → page */
  command: 'command',
  engineProblem: 'engine-problem',
} as const
