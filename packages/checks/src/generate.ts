import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeDeployFiles } from '@draupnir/stack/deploy'
import { generatedFiles } from './generate/files.ts'
import { ROOT } from './source.ts'

// `npm run generate`: writes what `npm test` compares.
for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true })
  writeFileSync(join(ROOT, path), text)
  console.log(path)
}
for (const path of writeDeployFiles()) console.log(path)
