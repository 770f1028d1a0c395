import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of this checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** A file of the repository: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Every file git tracks or would track. */
export function repositoryPaths(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return [...new Set(listed.split('\0').filter((path) => path !== ''))].sort()
}

/** Reads text files; those that git still lists but that are gone are left out. */
export function readSources(paths: readonly string[]): SourceFile[] {
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(ROOT, path), 'utf8') }]
    } catch {
      return []
    }
  })
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts')
}

/** Tests, fixtures and test helpers: allowed more than what runs in production. */
export function isTestCode(path: string): boolean {
  return /\.test\.ts$|\.fixture\.ts$|\/test\/|\/testing\/|\/bench\/|^packages\/testing\//.test(path)
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g

/** The specifiers a module imports or re-exports, types included. */
export function importsOf({ text }: SourceFile): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '')
}

/** `@draupnir/ledger` → `ledger`; null for anything else. */
export function workspaceName(specifier: string): string | null {
  return /^@draupnir\/([a-z-]+)/.exec(specifier)?.[1] ?? null
}

/** The line of `text` at which `index` lies, from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
