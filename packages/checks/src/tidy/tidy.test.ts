import { describe, expect, it } from 'vitest'
import { untidy } from './tidy.ts'

const file = (path: string, text = '') => ({ path, text })
const README = '## Domain model\n## Owns, does not own\n## Invariants\n## Time\n## Events\n'

describe('a tree is untidy with', () => {
  it.each([
    ['a file that wants a split', file('packages/a/src/x.ts', 'x\n'.repeat(401)), '401 lines'],
    ['a main.ts that does things', file('services/a/src/main.ts', 'x\n'.repeat(41)), '41 lines'],
    ['a service without a README', file('services/a/src/x.ts'), 'services/a has no README.md'],
    [
      'a README without invariants',
      file('services/a/README.md', README.replace('## Invariants\n', '')),
      '"Invariants"',
    ],
    ['a misnamed migration', file('packages/a/migrations/0001_x.sql'), 'NNNN-what.sql'],
    ['a misnamed record', file('docs/adr/7-x.md'), 'NNNN-verb-phrase.md'],
    ['a dependency without a reason', file('packages/a/package.json', '{"dependencies":{"left-pad":"1"}}'), 'left-pad'],
    ['a comment of pages', file('packages/a/src/x.ts', '// a\n'.repeat(5)), 'more than four lines'],
  ])('%s', (_what, broken, message) => {
    expect(untidy([broken])).toEqual(expect.arrayContaining([expect.stringContaining(message)]))
  })

  it('nothing when all is in order', () => {
    expect(untidy([file('services/a/README.md', README), file('services/a/src/main.ts', 'x\n')])).toEqual([])
  })
})
