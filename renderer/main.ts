/** The page: one app, one line to the engine. */
import './zod-without-eval.ts'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './theme/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { openEngine } from './rpc/engine.ts'

openEngine()
createApp(App).use(createPinia()).mount('#app')
