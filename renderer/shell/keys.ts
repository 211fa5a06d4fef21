/** Keys of the page: the command list, and Ctrl/Cmd+1…9 for the views. In the desktop the menu has the same keys and wins. */
import { onScopeDispose } from 'vue'
import { go } from '../router/use-route.ts'
import { views } from '../views/index.ts'
import { commandFor, perform } from './command-board.ts'
import { platform } from './platform.ts'

export function listenToKeys(): void {
  const mac = platform === 'darwin'
  function onKey(event: KeyboardEvent) {
    const command = commandFor(event, mac)
    if (command ? perform(command.id) : openByDigit(event, mac)) event.preventDefault()
  }
  window.addEventListener('keydown', onKey)
  onScopeDispose(() => window.removeEventListener('keydown', onKey))
}

function openByDigit(event: KeyboardEvent, mac: boolean): boolean {
  const digit = Number(event.key)
  if (!(mac ? event.metaKey : event.ctrlKey) || event.shiftKey || event.altKey || !(digit >= 1)) return false
  const view = views.filter(({ order }) => typeof order === 'number')[digit - 1]
  if (view) go(view.id)
  return view !== undefined
}
