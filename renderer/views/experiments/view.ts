import { FlaskConical } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'experiments',
  title: 'Experiments',
  icon: FlaskConical,
  order: 3,
  about: 'Compose a pipeline of stages, see what it will take, queue it',
  load: () => import('./ExperimentsView.vue'),
} satisfies ViewDefinition
