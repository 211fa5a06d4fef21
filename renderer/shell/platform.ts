/** The system the window runs on: of the desktop where there is one, of the browser otherwise. */
export const platform: string =
  window.switchpoint?.platform ?? (/mac/i.test(window.navigator.userAgent) ? 'darwin' : 'linux')

/** What only the desktop can do; absent in a browser tab. */
export const bridge = window.switchpoint
