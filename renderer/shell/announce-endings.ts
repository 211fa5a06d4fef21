/** Tells the desktop of runs and studies that end, unless the reader has switched it off; a browser tab tells nothing. */
import { ref, watch } from 'vue'
import { useRuns } from '../stores/runs.ts'
import { useStudies } from '../stores/studies.ts'
import { endedRuns, endedStudies, statesOf, type States } from './endings.ts'
import { bridge } from './platform.ts'

const key = 'switchpoint.notifications'
const areOn = ref(window.localStorage.getItem(key) !== 'off')
watch(areOn, (now) => (now ? window.localStorage.removeItem(key) : window.localStorage.setItem(key, 'off')))

/** Kept on this machine. */
export const useNotifications = () => areOn

export function announceEndings(): void {
  if (!bridge) return
  const runs = useRuns()
  const studies = useStudies()
  let before: { runs: States; studies: States } | null = null
  watch(
    () => [runs.all, studies.all] as const,
    ([allRuns, allStudies]) => {
      const news = before ? [...endedRuns(before.runs, allRuns), ...endedStudies(before.studies, allStudies)] : []
      if (areOn.value) for (const each of news) bridge?.notify({ ...each })
      // The first list is what there was before anybody looked.
      if (runs.isLoaded && studies.isLoaded) before = { runs: statesOf(allRuns), studies: statesOf(allStudies) }
    },
  )
}
