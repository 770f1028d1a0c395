import { dirname, normalize } from 'node:path/posix'
import { isTestCode, type SourceFile } from '../source.ts'

const ENTRANCE = /^services\/[a-z-]+\/src\/(?:on\/.+|.+\.routes|timers|activities)\.ts$/
// `invoice.store.ts`, `invoice.wire.ts` and their like hold no verbs.
const PLAIN = /\/[a-z-]+\.ts$/
const NAMED = /^(?:import|export) \{([^}]*)\}\s+from '(\.[^']+)'/gm

/** Verbs that a route, an event or a timer leads to and that the service's `commands.ts` does not list. */
export function unlistedVerbs(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const entrances = files.filter(({ path }) => ENTRANCE.test(path) && !isTestCode(path))
  return [...new Set(entrances.flatMap(unlisted))].sort()

  function unlisted(entrance: SourceFile): string[] {
    const commands = `${entrance.path.split('/').slice(0, 2).join('/')}/src/commands.ts`
    const listed = new Set(namesOf(byPath.get(commands)))
    return namesOf(entrance)
      .filter((name) => !listed.has(name) && isVerb(name))
      .map((name) => `${name} is a verb that ${commands} does not list`)
  }

  function isVerb(target: string): boolean {
    const [path = '', name = ''] = target.split(':')
    const text = PLAIN.test(path) ? (byPath.get(path)?.text ?? '') : ''
    return new RegExp(`^export (?:async )?function ${name}(?:<[^(]*>)?\\(\\s*\\w+: Context\\b`, 'm').test(text)
  }
}

/** What a module imports or exports again from its neighbours, as `path:name`. */
function namesOf(file: SourceFile | undefined): string[] {
  if (file === undefined) return []
  return [...file.text.matchAll(NAMED)].flatMap(([, names = '', specifier = '']) => {
    const path = normalize(`${dirname(file.path)}/${specifier}`)
    return names.split(',').map((name) => `${path}:${name.trim().split(' ')[0]}`)
  })
}
