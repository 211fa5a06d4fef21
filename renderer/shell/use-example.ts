/** The bundled example: in this window, or, since a browser tab shows one workspace, served beside it in a tab of its own. */
import { ref } from 'vue'
import { useEngine } from '../rpc/engine.ts'
import { useAction } from '../ui/use-action.ts'
import { bridge } from './platform.ts'

export function useExample() {
  const engine = useEngine()
  /** In a browser: where it is served. */
  const served = ref<{ readonly path: string; readonly url: string } | null>(null)
  const { run, busy, failure } = useAction(async () => {
    if (bridge) return void bridge.openWorkspace((await engine.system.openExample({})).path)
    const found = await engine.system.serveExample({})
    served.value = found
    // A browser that allows no new tab leaves the reader with the link.
    window.open(found.url, '_blank', 'noopener')
  })
  return { open: run, busy, failure, served }
}
