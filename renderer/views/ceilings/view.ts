import { ChartColumnStacked } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'ceilings',
  title: 'Ceilings',
  icon: ChartColumnStacked,
  order: 6,
  about: 'How high can each branch still climb, and how much of it is foundation or plasticity?',
  load: () => import('./CeilingsView.vue'),
} satisfies ViewDefinition
