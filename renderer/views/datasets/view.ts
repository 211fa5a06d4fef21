import { Database } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'datasets',
  title: 'Datasets',
  icon: Database,
  order: 1,
  about: 'Trajectories: imported files, generated lab sets, what was rejected',
  load: () => import('./DatasetsView.vue'),
} satisfies ViewDefinition
