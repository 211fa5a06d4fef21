import { Scale } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'compare',
  title: 'Compare',
  icon: Scale,
  order: 7,
  about: 'In sequence or synchronized? Who leads at equal compute, by how much, and how sure is it?',
  load: () => import('./CompareView.vue'),
} satisfies ViewDefinition
