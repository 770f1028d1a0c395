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

  it('two records or migrations of one number', () => {
    const paths = [
      'docs/adr/0001-a.md',
      'docs/adr/0001-b.md',
      'packages/a/migrations/0001-a.sql',
      'packages/b/migrations/0001-a.sql',
    ]
    expect(untidy(paths.map((path) => file(path)))).toEqual(['docs/adr/0001 is the number of two files'])
  })

  it.each(['invoice/invoice.routes.ts', 'on/ledger.x.ts', 'timers.ts'])(
    'a verb that %s leads to and commands.ts does not list',
    (entrance) => {
      const [src, up] = ['services/a/src', entrance.includes('/') ? '..' : '.']
      const verb = file(`${src}/invoice/pay-invoice.ts`, 'export function payInvoice(ctx: Context, id: string) {}')
      const tree = [
        file('services/a/README.md', README),
        verb,
        file(`${src}/${entrance}`, `import { payInvoice } from '${up}/invoice/pay-invoice.ts'`),
        file(`${src}/invoice/invoice.ts`, 'export function pay(invoice: Invoice) {}'),
      ]
      const listing = (text: string) => [...tree, file(`${src}/commands.ts`, text)]
      const listed = "export { payInvoice } from './invoice/pay-invoice.ts'"
      expect(untidy(listing(listed))).toEqual([])
      expect(untidy(listing(''))).toEqual([`${verb.path}:payInvoice is a verb that ${src}/commands.ts does not list`])
    },
  )

  it('nothing when all is in order', () => {
    expect(untidy([file('services/a/README.md', README), file('services/a/src/main.ts', 'x\n')])).toEqual([])
  })
})
