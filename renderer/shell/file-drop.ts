/**
 * A file dropped anywhere on the window is imported. A view that takes drops of its own prevents the default; an open dialog
 * keeps what is dropped beside it out.
 */
import { shallowRef, type ShallowRef } from 'vue'
import { go } from '../router/use-route.ts'
import { useToasts } from '../ui/toasts.ts'
import { chosenFrom, leaveFile } from '../views/datasets/chosen-file.ts'

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
const isDialogOpen = () => document.querySelector('[role=dialog][data-state=open]') !== null

/** True while files hang over the window that it would take. */
export function listenToFileDrops(): ShallowRef<boolean> {
  const isOver = shallowRef(false)
  window.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return
    isOver.value = !event.defaultPrevented && !isDialogOpen()
    event.preventDefault()
    if (isDialogOpen() && event.dataTransfer) event.dataTransfer.dropEffect = 'none'
  })
  window.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) isOver.value = false
  })
  window.addEventListener('drop', (event) => {
    isOver.value = false
    if (!carriesFiles(event) || event.defaultPrevented) return
    event.preventDefault()
    const [file, ...others] = event.dataTransfer?.files ?? []
    if (!file || isDialogOpen()) return
    if (others.length > 0) useToasts().say(`One file at a time: this is ${file.name}`)
    leaveFile(chosenFrom(file))
    go('datasets', null, { do: 'import' })
  })
  return isOver
}
