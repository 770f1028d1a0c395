import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './paths.ts'

/** The benches there are, by name. */
const BENCHES: Readonly<Record<string, string>> = {
  contract: 'services/contract/bench/contract.bench.ts',
  ledger: 'services/ledger/bench/ledger.bench.ts',
  outbox: 'packages/outbox/bench/outbox.bench.ts',
}

// `npm run bench -- outbox`: runs one bench; its last line is JSON.
const [name = ''] = process.argv.slice(2)
const file = BENCHES[name]
if (file === undefined || !existsSync(join(repositoryRoot, file))) {
  console.error(`Give the name of a bench: ${Object.keys(BENCHES).join(', ')}`)
  process.exit(1)
}
const bench = (await import(join(repositoryRoot, file))) as { run: () => Promise<void> }
await bench.run()
process.exit()
