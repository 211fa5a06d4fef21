/**
 * Short news with a way back: "3 runs removed · Undo". A failure is never told here alone; it stands where it happened, or in
 * a toast that stays until it is closed.
 */
import { shallowRef } from 'vue'
import type { FailureFacts } from '#shared/contract/failure.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly undo: (() => Promise<unknown> | void) | null
  readonly failure: FailureFacts | null
}

const toasts = shallowRef<readonly Toast[]>([])
let nextId = 1
/** The newest removal that can be taken back; `Undo last removal` reads it. */
const lastUndo = shallowRef<Toast['undo']>(null)

function add(toast: Omit<Toast, 'id'>): number {
  const id = nextId++
  toasts.value = [...toasts.value.slice(-3), { ...toast, id }]
  return id
}

export function useToasts() {
  return {
    toasts,
    lastUndo,
    say: (text: string) => add({ text, undo: null, failure: null }),
    offerUndo(text: string, undo: NonNullable<Toast['undo']>) {
      lastUndo.value = undo
      return add({ text, undo, failure: null })
    },
    fail: (failure: FailureFacts) => add({ text: failure.message, undo: null, failure }),
    close: (id: number) => (toasts.value = toasts.value.filter((toast) => toast.id !== id)),
    async undoLast() {
      const undo = lastUndo.value
      lastUndo.value = null
      await undo?.()
    },
  }
}
