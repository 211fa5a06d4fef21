import { GitBranch } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'switch',
  title: 'Switch point',
  icon: GitBranch,
  order: 5,
  about: 'When should this SFT run switch to RL? Regimes of its validation loss, measured branches, a recommendation.',
  load: () => import('./SwitchPointView.vue'),
} satisfies ViewDefinition
