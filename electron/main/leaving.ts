/**
 * Before a window goes under which something trains: its reader chooses. Training never depends on this question: unasked
 * (the system shuts down, the program is ended by a signal) the engine checkpoints what runs a minute after its last window.
 */
import { app, dialog, powerMonitor, type BrowserWindow, type MessageBoxOptions } from 'electron'
import { leavings, type Leaving } from '#shared/desktop/bridge.ts'
import { channels } from '#shared/desktop/channels.ts'
import { onMessage } from './ipc.ts'

/** Runs that would be put aside without the window, as its page says. */
const held = new Map<BrowserWindow, number>()
const asked = new Map<BrowserWindow, Promise<boolean>>()
const answers = new Map<BrowserWindow, (isTaken: boolean) => void>()
/** Their page may say once more that something trains while they close. */
const free = new WeakSet<BrowserWindow>()
let isUnasked = false
let isQuitting = false

/** How long the page may take to tell the engine. */
const patienceMs = 10_000

export function holdsRuns(window: BrowserWindow, runs: number): void {
  held.set(window, runs)
}

export function watchForQuit(): void {
  onMessage(channels.leave, (window, payload) => answers.get(window)?.(payload === true))
  app.on('before-quit', () => (isQuitting = true))
  const unasked = () => {
    isUnasked = true
    app.quit()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, unasked)
  powerMonitor.on('shutdown', unasked)
}

export function guardClosing(window: BrowserWindow): void {
  window.on('close', (event) => {
    if (isUnasked || free.has(window) || !holds(window)) return
    event.preventDefault()
    void mayLeave(window, 'quit').then((may) => {
      const wasQuitting = isQuitting
      isQuitting = false
      if (!may) return
      free.add(window)
      if (wasQuitting) app.quit()
      else if (!window.isDestroyed()) window.close()
    })
  })
  window.once('closed', () => {
    held.delete(window)
    answers.delete(window)
  })
}

const holds = (window: BrowserWindow): boolean => (held.get(window) ?? 0) > 0

/** May this window leave its workspace? Asked once at a time; afterwards it holds nothing any more. */
export function mayLeave(window: BrowserWindow, verb: 'quit' | 'leave'): Promise<boolean> {
  if (!holds(window)) return Promise.resolve(true)
  const asking = asked.get(window) ?? ask(window, verb).finally(() => asked.delete(window))
  asked.set(window, asking)
  return asking
}

async function ask(window: BrowserWindow, verb: 'quit' | 'leave'): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, question(held.get(window) ?? 0, verb))
  const then = leavings[response]
  if (!then) return false
  if (!(await told(window, then)) && then === 'keep') {
    await dialog.showMessageBox(window, notTold)
    return false
  }
  if (!window.isDestroyed()) held.set(window, 0)
  return true
}

/** The page tells the engine; false where it cannot. */
async function told(window: BrowserWindow, then: Leaving): Promise<boolean> {
  if (window.isDestroyed()) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  answers.set(window, resolve)
  const late = setTimeout(() => resolve(false), patienceMs)
  window.webContents.send(channels.leave, then)
  const isTaken = await promise
  clearTimeout(late)
  answers.delete(window)
  return isTaken
}

/** Buttons in the order of `leavings`, and Cancel. */
const question = (runs: number, verb: 'quit' | 'leave'): MessageBoxOptions => ({
  type: 'question',
  title: 'Switchpoint',
  message: runs === 1 ? 'A run is at work.' : `${runs} runs are at work or wait for their turn.`,
  detail:
    'They can go on in the background, without a window; open this workspace again to see them. Or they are checkpointed now and wait until you resume them.',
  buttons: ['Keep training in the background', `Checkpoint and ${verb}`, 'Cancel'],
  defaultId: 0,
  cancelId: 2,
  noLink: true,
})

const notTold: MessageBoxOptions = {
  type: 'warning',
  title: 'Switchpoint',
  message: 'The engine does not answer, so the window stays open.',
  detail: 'Try again in a moment. Checkpointing works in any case: without a window the engine checkpoints what runs.',
  buttons: ['OK'],
}
