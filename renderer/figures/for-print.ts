/** Whether figures leave in the light theme whatever the window shows; kept, as the theme is. */
import { ref, watch } from 'vue'

const key = 'switchpoint.figures-for-print'
export const isForPrint = ref(window.localStorage.getItem(key) !== '0')
watch(isForPrint, (now) => window.localStorage.setItem(key, now ? '1' : '0'))
