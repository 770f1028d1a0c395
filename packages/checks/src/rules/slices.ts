import { type Rule, type Violation, wrongImports } from '../rule.ts'
import { importsOf, isTestCode, type SourceFile, workspaceName } from '../source.ts'

const STORAGE = /\.(store|table)\.ts$/
const DRIVERS = /^(?:drizzle-orm|postgres)(?:\/|$)/

export const slices: Rule = {
  name: 'slices',
  why: 'stores know tables, verbs know stores, routes and on/ know verbs',
  check: (file) => (file.path.startsWith('services/') && !isTestCode(file.path) ? checkService(file) : []),
  breaks: [
    {
      path: 'services/billing/src/invoice/invoice.routes.ts',
      text: "import { findInvoice } from './invoice.store.ts'\n",
    },
    { path: 'services/billing/src/on/ledger.x.ts', text: "import { sql } from 'drizzle-orm'\n" },
    { path: 'services/billing/src/invoice/invoice.store.ts', text: "import { emit } from '@draupnir/outbox'\n" },
    { path: 'services/billing/src/invoice/issue-invoice.ts', text: "import { eq } from 'drizzle-orm'\n" },
  ],
  keeps: [
    {
      path: 'services/billing/src/invoice/invoice.routes.ts',
      text: "import { readInvoice } from './read-invoice.ts'\n",
    },
    {
      path: 'services/billing/src/invoice/invoice.store.ts',
      text: "import { eq } from 'drizzle-orm'\nimport { invoices } from './invoice.table.ts'\n",
    },
  ],
}

function checkService(file: SourceFile): Violation[] {
  const specifiers = importsOf(file)
  if (/\.routes\.ts$|\/src\/on\//.test(file.path)) {
    return wrongImports(
      file,
      specifiers,
      (s) => STORAGE.test(s) || DRIVERS.test(s),
      'routes and on/ know verbs only, not',
    )
  }
  if (file.path.endsWith('.store.ts')) {
    const tooMuch = ['http', 'service', 'outbox', 'clock', 'bus']
    return wrongImports(
      file,
      specifiers,
      (s) => tooMuch.includes(workspaceName(s) ?? '') || s.endsWith('.routes.ts'),
      'a store makes queries and may not use',
    )
  }
  if (file.path.endsWith('.table.ts')) return []
  return wrongImports(file, specifiers, (s) => DRIVERS.test(s), 'queries belong into a store, not')
}
