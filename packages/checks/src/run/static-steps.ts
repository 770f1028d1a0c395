import { staleFiles } from '../generate/stale.ts'
import { RULES } from '../rules/index.ts'
import { readSources, repositoryPaths } from '../source.ts'
import { untidy } from '../tidy/tidy.ts'
import { command, finding, type Step } from './step.ts'

const BINARY = /\.(png|ico|woff2?)$|^pnpm-lock\.yaml$/

/** What needs no running system: format, lint, types, rules of the house, tidiness, generated files. */
export function staticSteps(): Step[] {
  const files = readSources(repositoryPaths().filter((path) => !BINARY.test(path)))
  const rules = RULES.map((rule) =>
    finding(`rule ${rule.name}`, () =>
      files
        .flatMap((file) => rule.check(file))
        .map(({ path, line, message }) => `${path}:${line} ${message} (${rule.why})`),
    ),
  )
  return [
    command('format and lint', 'biome', ['ci', '--colors=off', '.']),
    command('types', 'tsc', ['--noEmit', '-p', '.']),
    ...rules,
    finding('tidy', () => untidy(files)),
    finding('generated files', () => staleFiles().map((path) => `${path} is stale: run npm run generate`)),
  ]
}
