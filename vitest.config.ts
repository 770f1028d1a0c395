import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// One Postgres and one template database for the whole run, when the test kit is there.
const globalSetup = fileURLToPath(new URL('./packages/testing/src/vitest-global-setup.ts', import.meta.url))

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'services/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    pool: 'forks',
    // By default a core is left to the watcher; here it would idle, for files wait for Postgres more than they compute.
    maxWorkers: '100%',
    // Loading modules is most of the time of a file; files share no state but what modules hold, and those hold none.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
})
