import { Activity } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'run',
  title: 'Runs',
  icon: Activity,
  order: 4,
  about: 'How does a run go? Live metrics, rollouts with their verdicts, events; the list of all runs.',
  load: () => import('./RunView.vue'),
} satisfies ViewDefinition
