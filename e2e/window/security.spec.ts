/** A page that turned hostile finds nothing to hold on to: no Node, no way out of its address, no window of its own. */
import type { DesktopBridge } from '#shared/desktop/bridge.ts'
import { expect, test } from '../fixtures.ts'

interface Desktop {
  readonly switchpoint: DesktopBridge
}

test('the page is a page: no Node, isolated, sandboxed', async ({ bench }) => {
  const seen = await bench.page.evaluate(() => ({
    require: typeof (window as { require?: unknown }).require,
    process: typeof (window as { process?: unknown }).process,
    buffer: typeof (window as { Buffer?: unknown }).Buffer,
    bridge: Object.keys((window as unknown as Desktop).switchpoint).sort(),
  }))
  expect(seen).toMatchObject({ require: 'undefined', process: 'undefined', buffer: 'undefined' })
  expect(seen.bridge, 'the whole bridge').toEqual([
    'notify',
    'onCommand',
    'onEngineProblem',
    'onLeaving',
    'openFileDialog',
    'openWorkspace',
    'pathForFile',
    'platform',
    'requestPort',
    'setRecents',
    'setStatus',
    'setTheme',
    'showItemInFolder',
  ])
  const preferences = await bench.app!.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const { contextIsolation, nodeIntegration, sandbox, webSecurity, webviewTag } = (
      window!.webContents as unknown as { getLastWebPreferences(): Electron.WebPreferences }
    ).getLastWebPreferences()
    return { contextIsolation, nodeIntegration, sandbox, webSecurity, webviewTag }
  })
  expect(preferences).toEqual({
    contextIsolation: true,
    nodeIntegration: false,
    sandbox: true,
    webSecurity: true,
    webviewTag: false,
  })
})

test('it cannot leave, open windows, embed, or reach the network', async ({ bench }) => {
  const { page, app, watch } = bench
  watch.forgive(/example\.invalid|CSP violation|Content Security Policy/)
  const before = page.url()

  expect(await page.evaluate(() => window.open('https://example.invalid/') === null)).toBe(true)
  expect(await app!.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)

  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://example.invalid/away'
    document.body.append(link)
    link.click()
    link.remove()
  })
  expect(
    await page.evaluate(() =>
      fetch('https://example.invalid/').then(
        () => 'reached',
        () => 'refused',
      ),
    ),
  ).toBe('refused')
  expect(
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
            once: true,
          })
          const script = document.createElement('script')
          script.textContent = 'window.injected = true'
          document.body.append(script)
        }),
    ),
  ).toBe('script-src-elem')
  expect(await page.evaluate(() => 'injected' in window)).toBe(false)
  expect(page.url()).toBe(before)
})

test('main refuses what is no request of the page', async ({ bench }) => {
  const outcome = await bench.page.evaluate(async () => {
    const said = (promise: Promise<unknown>) =>
      promise.then(
        () => 'accepted',
        (error: Error) => error.message,
      )
    const { switchpoint } = window as unknown as Desktop
    return {
      outside: await said(switchpoint.showItemInFolder('/etc/passwd')),
      dialog: await said(switchpoint.openFileDialog({ title: 7, kind: 'anything' } as never)),
    }
  })
  expect(outcome.outside).toContain('not a file of this workspace')
  expect(outcome.dialog).toContain('not a request for files')
})
