import { isTestCode, isTypeScript, type SourceFile } from '../source.ts'
import { unlistedVerbs } from './unlisted-verbs.ts'

const MAX_LINES = 400
const MAX_MAIN_LINES = 40
const README_SECTIONS = ['Domain model', 'Owns', 'Invariants', 'Time', 'Events']

/** What is out of order in the tree as a whole: sizes, READMEs, lists of verbs, names of migrations and records, reasons of dependencies. */
export function untidy(files: readonly SourceFile[]): string[] {
  return [
    ...files.flatMap(tooLong),
    ...services(files).flatMap((name) => readmeOf(name, files)),
    ...unlistedVerbs(files),
    ...files.flatMap(misnamed),
    ...sameNumbers(files),
    ...unreasoned(files),
    ...ungrounded(files),
  ]
}

function tooLong({ path, text }: SourceFile): string[] {
  if (!isTypeScript(path)) return []
  const lines = text.split('\n').length - 1
  const limit = path.endsWith('/main.ts') ? MAX_MAIN_LINES : MAX_LINES
  return lines > limit ? [`${path} has ${lines} lines, more than ${limit}: it wants a split`] : []
}

function services(files: readonly SourceFile[]): string[] {
  return [...new Set(files.flatMap(({ path }) => /^services\/([a-z-]+)\//.exec(path)?.[1] ?? []))]
}

function readmeOf(name: string, files: readonly SourceFile[]): string[] {
  const readme = files.find(({ path }) => path === `services/${name}/README.md`)
  if (readme === undefined) return [`services/${name} has no README.md`]
  const missing = README_SECTIONS.filter((section) => !new RegExp(`^##+ .*${section}`, 'im').test(readme.text))
  return missing.map((section) => `services/${name}/README.md has no section "${section}"`)
}

function misnamed({ path }: SourceFile): string[] {
  if (/\/migrations[^/]*\/.*\.sql$/.test(path) && !/\/\d{4}-[a-z0-9-]+\.sql$/.test(path))
    return [`${path}: a migration is called NNNN-what.sql`]
  if (path.startsWith('docs/adr/') && !/^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/.test(path))
    return [`${path}: a record is called NNNN-verb-phrase.md`]
  if (path.startsWith('hurl/') && !/^hurl\/[a-z-]+\/[a-z0-9-]+\.hurl$/.test(path))
    return [`${path}: a journey is named by the rule it proves`]
  return []
}

// Two branches that each took the next free number.
function sameNumbers(files: readonly SourceFile[]): string[] {
  const numbered = files.flatMap(({ path }) => /^(?:docs\/adr|.*\/migrations[^/]*)\/\d{4}(?=-)/.exec(path)?.[0] ?? [])
  return [...new Set(numbered.filter((name, index) => numbered.indexOf(name) < index))].map(
    (name) => `${name} is the number of two files`,
  )
}

function unreasoned(files: readonly SourceFile[]): string[] {
  const reasons = files.find(({ path }) => path === 'docs/dependencies.md')?.text ?? ''
  const used = files
    .filter(({ path }) => /^(packages|services)\/[^/]+\/package\.json$/.test(path))
    .flatMap(({ text }) =>
      Object.keys((JSON.parse(text) as { dependencies?: Record<string, string> }).dependencies ?? {}),
    )
  const foreign = [...new Set(used)].filter((name) => !name.startsWith('@draupnir/')).sort()
  return foreign
    .filter((name) => !reasons.includes(`\`${name}\``))
    .map((name) => `docs/dependencies.md gives no reason for ${name}`)
}

// A comment that stands alone for pages is prose in the wrong place.
function ungrounded(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => isTypeScript(path) && !isTestCode(path))
    .flatMap(({ path, text }) =>
      /(?:^\s*\/\/[^\n]*\n){5}/m.test(text) ? [`${path} has a comment of more than four lines`] : [],
    )
}
