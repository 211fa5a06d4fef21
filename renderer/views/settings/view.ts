import { Settings } from '@lucide/vue'
import type { ViewDefinition } from '../view.ts'

export default {
  id: 'settings',
  title: 'Settings',
  icon: Settings,
  order: 'foot',
  about: 'Theme, workspace, engine, diagnostics',
  load: () => import('./SettingsView.vue'),
} satisfies ViewDefinition
