/** What the commands do just now: the shell binds the lasting ones, a view binds its own while it is shown. */
import { onScopeDispose, shallowReactive } from 'vue'
import { commands, type Command, type CommandId } from '#shared/desktop/commands.ts'

type Act = () => unknown

const bound = shallowReactive(new Map<CommandId, Act[]>())

/** Binds commands for the life of the calling component; the newest binding wins. */
export function bindCommands(acts: Partial<Record<CommandId, Act>>): void {
  const entries = Object.entries(acts) as [CommandId, Act][]
  for (const [id, act] of entries) bound.set(id, [...(bound.get(id) ?? []), act])
  onScopeDispose(() => {
    for (const [id, act] of entries)
      bound.set(
        id,
        (bound.get(id) ?? []).filter((other) => other !== act),
      )
  })
}

export const canPerform = (id: CommandId): boolean => (bound.get(id)?.length ?? 0) > 0

/** False where nobody has bound it. */
export function perform(id: string): boolean {
  const act = bound.get(id as CommandId)?.at(-1)
  if (!act) return false
  void act()
  return true
}

const keyNames: Readonly<Record<string, string>> = { left: 'arrowleft', right: 'arrowright' }

/** Does a key press match an Electron accelerator? */
export function matches(event: KeyboardEvent, keys: string, mac: boolean): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1)?.toLowerCase() ?? ''
  const wants = (name: string) => parts.includes(name)
  const command = mac ? event.metaKey : event.ctrlKey
  return (
    event.key.toLowerCase() === (keyNames[key] ?? key) &&
    command === wants('CmdOrCtrl') &&
    event.shiftKey === wants('Shift') &&
    event.altKey === wants('Alt')
  )
}

export const commandFor = (event: KeyboardEvent, mac: boolean): Command | undefined =>
  (commands as readonly Command[]).find(({ keys }) => keys !== undefined && matches(event, keys, mac))
