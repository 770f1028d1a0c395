import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { staleDeployFiles } from '@draupnir/stack/deploy'
import { ROOT } from '../source.ts'
import { generatedFiles } from './files.ts'

/** Generated files that are not what their source says now. */
export function staleFiles(): string[] {
  const docs = [...generatedFiles()].filter(
    ([path, text]) => !existsSync(join(ROOT, path)) || readFileSync(join(ROOT, path), 'utf8') !== text,
  )
  return [...docs.map(([path]) => path), ...staleDeployFiles()]
}
