/** The switch search of an SFT run: the newest there is, or the one in the address, followed while it runs. */
import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { SwitchSearch } from '#shared/contract/switch-study.ts'
import { useTextQuery } from '../../router/use-route.ts'
import { useEngine } from '../../rpc/engine.ts'
import { useStudies } from '../../stores/studies.ts'

const pullEveryMs = 700

export function useSearch(sft: Readonly<Ref<string | null>>) {
  const engine = useEngine()
  const studies = useStudies()
  const asked = useTextQuery('search')
  const searches = computed(() =>
    studies.all.filter(
      ({ kind, runs }) => kind === 'switch' && runs.some(({ id, role }) => role === 'sft' && id === sft.value),
    ),
  )
  const id = computed(
    () => searches.value.find((study) => study.id === asked.value)?.id ?? searches.value[0]?.id ?? null,
  )
  const search = shallowRef<SwitchSearch | null>(null)
  async function pull() {
    const wanted = id.value
    if (!wanted) return void (search.value = null)
    // A search that went away between the notice and the call is shown as it last was.
    const found = await engine.studies.switchSearch({ id: wanted }).catch(() => null)
    if (found && wanted === id.value) search.value = found
  }
  watch(
    id,
    () => {
      search.value = null
      void pull()
    },
    { immediate: true },
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void pull()
    }, pullEveryMs)
  }
  const isMine = (run: string | null) =>
    run === null || search.value?.candidates.some((candidate) => candidate.run === run) === true
  const offs = [
    engine.changed('studies', (changed) => (changed === null || changed === id.value) && soon()),
    engine.changed('points', (run) => isMine(run) && soon()),
  ]
  onScopeDispose(() => {
    offs.forEach((off) => off())
    clearTimeout(timer)
  })
  return { search, searches, pull }
}
