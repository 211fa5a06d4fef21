import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['{electron,shared,renderer,bench,scripts}/**/*.test.ts'],
    environment: 'node',
    // Real TensorFlow and real SQLite in forked processes; two cores, so two workers.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
