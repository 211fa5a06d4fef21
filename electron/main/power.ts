/** The machine stays awake while something trains: of all windows together. */
import { powerSaveBlocker, type BrowserWindow } from 'electron'

const training = new Set<BrowserWindow>()
let blocker: number | null = null

export function keepAwake(window: BrowserWindow, isTraining: boolean): void {
  if (isTraining && !training.has(window)) {
    training.add(window)
    window.once('closed', () => release(window))
  } else if (!isTraining) training.delete(window)
  update()
}

function release(window: BrowserWindow): void {
  training.delete(window)
  update()
}

function update(): void {
  if (training.size > 0 && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension')
  if (training.size === 0 && blocker !== null) {
    powerSaveBlocker.stop(blocker)
    blocker = null
  }
}
