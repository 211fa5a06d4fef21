/** What the import dialog is to begin with: set where a file is dropped or chosen, taken once by the dialog. */
import { shallowRef } from 'vue'
import { bridge } from '../../shell/platform.ts'

export type ChosenFile =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'file'; readonly file: File }

const waiting = shallowRef<ChosenFile | null>(null)

export const leaveFile = (chosen: ChosenFile) => (waiting.value = chosen)

export function takeFile(): ChosenFile | null {
  const chosen = waiting.value
  waiting.value = null
  return chosen
}

/** In the desktop a file has a path; in a browser tab only its bytes. */
export function chosenFrom(file: File): ChosenFile {
  const path = bridge?.pathForFile(file) ?? ''
  return path ? { kind: 'path', path } : { kind: 'file', file }
}
