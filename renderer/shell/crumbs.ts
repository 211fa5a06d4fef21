/** What stands between the workspace and the view in the top bar. A view sets it while it is shown. */
import { onScopeDispose, shallowRef, watchEffect } from 'vue'

export interface Crumb {
  readonly title: string
  /** A hash; absent: where we are. */
  readonly href?: string
}

const crumbs = shallowRef<readonly Crumb[]>([])
export const useCrumbs = () => crumbs

/** The view's own crumbs, last one is where we are. Follows what it reads. */
export function provideCrumbs(make: () => readonly Crumb[]): void {
  watchEffect(() => (crumbs.value = make()))
  onScopeDispose(() => (crumbs.value = []))
}
