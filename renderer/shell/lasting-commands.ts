/** The commands that always work, whatever view is shown; menu entries of the desktop arrive here too. */
import { go } from '../router/use-route.ts'
import { failureOf } from '../rpc/failure-of.ts'
import { useEngine } from '../rpc/engine.ts'
import { useRuns } from '../stores/runs.ts'
import { useTheme } from '../theme/use-theme.ts'
import { useToasts } from '../ui/toasts.ts'
import { hasView } from '../views/index.ts'
import { bindCommands, perform } from './command-board.ts'

export function bindLastingCommands({ openPalette }: { openPalette: () => void }): void {
  const engine = useEngine()
  const toasts = useToasts()
  const runs = useRuns()
  const { toggle } = useTheme()

  const saying = (act: () => Promise<unknown>) => () => act().catch((error: unknown) => toasts.fail(failureOf(error)))
  const running = () => runs.active[0]

  bindCommands({
    'palette.open': openPalette,
    'view.back': () => window.history.back(),
    'view.forward': () => window.history.forward(),
    'theme.toggle': toggle,
    'edit.undo': saying(() => toasts.undoLast()),
    'edit.find': () => document.querySelector<HTMLInputElement>('main [data-find]')?.focus(),
    'settings.open': () => go('settings'),
    'data.import': () => go('datasets', null, { do: 'import' }),
    'curves.import': () => go('run', null, { do: 'import' }),
    'data.generate': () => go('datasets', null, { do: 'generate' }),
    'experiment.new': () => go('experiments'),
    'link.copy': saying(async () => {
      await navigator.clipboard.writeText(
        window.switchpoint ? `switchpoint://${window.location.hash.slice(2)}` : window.location.href,
      )
      toasts.say('Link copied')
    }),
    'diagnostics.copy': saying(async () => {
      const { text } = await engine.system.diagnostics({})
      await navigator.clipboard.writeText(text)
      toasts.say('Diagnostics copied: versions, machine and the last log lines; no data')
    }),
    'study.quick': saying(async () => {
      await engine.studies.startQuick({})
      go(hasView('experiments') ? 'experiments' : 'start')
    }),
    'run.pause': saying(async () => {
      const run = running()
      if (run) await engine.runs.pause({ id: run.id })
      else toasts.say('Nothing is training')
    }),
    'run.stop': saying(async () => {
      const run = running()
      if (run) await engine.runs.stop({ id: run.id })
      else toasts.say('Nothing is training')
    }),
    ...(window.switchpoint && { 'workspace.open': () => window.switchpoint?.openWorkspace(null) }),
  })
  window.switchpoint?.onLeaving((then) =>
    engine.runs.leave({ then }).then(
      () => true,
      () => false,
    ),
  )
  window.switchpoint?.onCommand((id) => {
    if (id.startsWith('go:')) go(id.slice(3))
    else perform(id)
  })
}
