import { ListFilter } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'curate',
  title: 'Curate',
  icon: ListFilter,
  order: 2,
  about: 'Which trajectories to keep: by difficulty, length, verdict; Easy, Uniform, Hard',
  load: () => import('./CurateView.vue'),
} satisfies ViewDefinition
