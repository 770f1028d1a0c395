import { matches, type Rule, wrongImports } from '../rule.ts'
import { importsOf, isTestCode, type SourceFile, workspaceName } from '../source.ts'

const PURE_PACKAGES = ['money', 'ids', 'errors', 'time', 'wire']
const IMPURE_NEIGHBOUR = /\.(store|table|routes)\.ts$/
const IMPURE_CALL = /\b(?:Date\.now\(|new Date\(\)|Math\.random\(|randomUUID\(|randomBytes\(|process\.|fetch\()/g

export const pure: Rule = {
  name: 'pure',
  why: 'noun files, recipes and the chart decide; they know no database, no clock and no chance',
  check: (file) => {
    if (!isPure(file)) return []
    return [
      ...wrongImports(file, importsOf(file), isImpure, 'a pure file may not use'),
      ...matches(file, IMPURE_CALL, 'a pure file may not call'),
    ]
  },
  breaks: [
    { path: 'services/billing/src/invoice/invoice.ts', text: "import { transact } from '@draupnir/db'\n" },
    { path: 'services/ledger/src/recipe/x.recipe.ts', text: "import { findX } from './x.store.ts'\n" },
    { path: 'services/billing/src/invoice/invoice.ts', text: 'const at = Date.now()\n' },
  ],
  keeps: [
    {
      path: 'services/billing/src/invoice/invoice.ts',
      text: "import { add } from '@draupnir/money'\nimport { isOwed } from './rated-invoice.ts'\n",
    },
  ],
}

// A noun file is named like its slice: invoice/invoice.ts.
function isPure({ path }: SourceFile): boolean {
  if (!path.startsWith('services/') || isTestCode(path)) return false
  // verify/verify.ts is a verb that reads everything.
  if (path.endsWith('/verify/verify.ts')) return false
  return /\/src\/([a-z-]+)\/\1\.ts$/.test(path) || path.endsWith('.recipe.ts') || path.endsWith('/chart.ts')
}

function isImpure(specifier: string): boolean {
  if (specifier.startsWith('.')) return IMPURE_NEIGHBOUR.test(specifier)
  const own = workspaceName(specifier)
  if (own !== null) return !PURE_PACKAGES.includes(own)
  return specifier !== 'zod' && specifier !== 'node:crypto'
}
