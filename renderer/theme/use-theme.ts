/** Light or dark: the system's, unless the reader chose. The desktop's title bar and menus follow. */
import { computed, ref, watch } from 'vue'
import type { ThemeChoice } from '#shared/desktop/bridge.ts'
import { tokensOf, type ThemeName } from './tokens.ts'

const key = 'switchpoint.theme'
const isChoice = (text: string | null): text is ThemeChoice => text === 'light' || text === 'dark' || text === 'system'

const stored = window.localStorage.getItem(key)
const choice = ref<ThemeChoice>(isChoice(stored) ? stored : 'system')
const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemIsDark = ref(system.matches)
system.addEventListener('change', ({ matches }) => (systemIsDark.value = matches))

const name = computed<ThemeName>(() => {
  if (choice.value !== 'system') return choice.value
  return systemIsDark.value ? 'dark' : 'light'
})
const tokens = computed(() => tokensOf(name.value))

watch(
  choice,
  (now) => {
    window.localStorage.setItem(key, now)
    if (now === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = now
    window.switchpoint?.setTheme(now)
  },
  { immediate: true },
)

export function useTheme() {
  return { choice, name, tokens, toggle: () => (choice.value = name.value === 'dark' ? 'light' : 'dark') }
}
