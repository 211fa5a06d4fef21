import { House } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'start',
  title: 'Start',
  icon: House,
  order: null,
  about: 'Ways to begin, recent workspaces',
  load: () => import('./StartView.vue'),
} satisfies ViewDefinition
