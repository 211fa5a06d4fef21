/**
 * While a list stands open over the page, nothing under it takes focus. The kit hides the page from screen readers then but
 * leaves its buttons in the order of focus, which is what `inert` is for. What stands open lies outside of #app.
 */
import { nextTick, onScopeDispose, watch, type Ref } from 'vue'

export function inertPageWhile(isOpen: Ref<boolean>): void {
  const set = (on: boolean) => document.getElementById('app')?.toggleAttribute('inert', on)
  watch(
    isOpen,
    // Closed at once: focus goes back to the trigger, which must be able to take it.
    (now) => (now ? void nextTick(() => isOpen.value && set(true)) : set(false)),
    { flush: 'sync' },
  )
  onScopeDispose(() => isOpen.value && set(false))
}
