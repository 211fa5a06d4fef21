/**
 * What no page of ours may do while a test drives it: break its content security policy, ask anything of a foreign origin,
 * throw, or write an error to the console. Collected, and asserted empty when the test ends.
 */
import type { BrowserContext, Page } from '@playwright/test'

export interface Watch {
  /** One line for each thing that went wrong. */
  readonly faults: string[]
  /** Faults that a test brings about itself, such as a line that breaks when the engine is killed. */
  forgive(pattern: RegExp): void
}

const violation = 'CSP violation'

/** Runs in the page: violations from now on, and those of before that the browser still remembers. */
function listen(word: string): void {
  const say = (directive: string, what: string) => console.error(`${word}: ${directive} ${what}`)
  document.addEventListener('securitypolicyviolation', (event) =>
    say(event.effectiveDirective, `${event.blockedURI} ${event.sourceFile ?? ''}:${event.lineNumber}`),
  )
}

/** `origin`: the page's own, as `http://127.0.0.1:8000` or `app://switchpoint`. */
export async function watchPage(context: BrowserContext, page: Page, origin: string): Promise<Watch> {
  const faults: string[] = []
  const forgiven: RegExp[] = []
  const note = (text: string) => {
    if (!forgiven.some((pattern) => pattern.test(text))) faults.push(text)
  }
  await context.addInitScript(listen, violation)
  page.on('pageerror', (error) => note(`page error: ${error.stack ?? error.message}`))
  page.on('console', (message) => message.type() === 'error' && note(`console: ${message.text()}`))
  const home = new URL(origin)
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    // Blobs and data are made by the page itself; what it may do with them is the policy's matter.
    const isMade = ['blob:', 'data:', 'about:'].includes(protocol)
    if (!isMade && (protocol !== home.protocol || host !== home.host)) note(`foreign request: ${request.url()}`)
  })
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== home.host) note(`foreign socket: ${socket.url()}`)
  })
  return { faults, forgive: (pattern) => forgiven.push(pattern) }
}
