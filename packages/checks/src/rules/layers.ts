import { type Rule, wrongImports } from '../rule.ts'
import { importsOf, isTestCode, isTypeScript, type SourceFile, workspaceName } from '../source.ts'

/** What each package may lean on; services may lean on every package but those of the workshop. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  money: ['errors'],
  time: ['errors'],
  ids: ['errors', 'time'],
  wire: ['errors', 'money', 'time', 'ids'],
  db: ['errors', 'money', 'time', 'ids'],
  bus: ['errors', 'time', 'wire'],
  clock: ['errors', 'time', 'ids', 'db'],
  openmeter: ['errors'],
  'modern-treasury': ['errors'],
  outbox: ['errors', 'time', 'ids', 'wire', 'db', 'bus'],
  http: ['errors', 'money', 'time', 'ids', 'wire', 'db', 'clock'],
  service: ['errors', 'time', 'ids', 'wire', 'db', 'bus', 'outbox', 'clock', 'http'],
  sandbox: ['errors', 'money', 'time', 'ids', 'db', 'clock'],
  'sandbox-openmeter': ['errors', 'money', 'time', 'ids', 'db', 'clock', 'sandbox'],
  'sandbox-modern-treasury': ['errors', 'money', 'time', 'ids', 'db', 'clock', 'sandbox'],
  stack: ['errors', 'money', 'time', 'ids', 'wire', 'db', 'bus', 'clock'],
}
const SERVICE_MAY_USE = [
  'errors',
  'money',
  'time',
  'ids',
  'wire',
  'db',
  'outbox',
  'clock',
  'http',
  'service',
  'openmeter',
  'modern-treasury',
]
const WORKSHOP = ['testing', 'checks']

export const layers: Rule = {
  name: 'layers',
  why: 'packages go leaves < wire < db, bus < outbox, http < service, and services import no service',
  check: (file) => {
    const [kind, owner = ''] = file.path.split('/')
    if (!isTypeScript(file.path) || isTestCode(file.path) || WORKSHOP.includes(owner)) return []
    if (kind !== 'packages' && kind !== 'services') return []
    const allowed = kind === 'services' ? SERVICE_MAY_USE : MAY_USE[owner]
    const wrong = (specifier: string) => !isAllowed(specifier, owner, allowed)
    return [
      ...wrongImports(file, importsOf(file), wrong, `${owner} may not use`),
      ...wrongImports(
        file,
        importsOf(file),
        (specifier) => leavesPackage(file, specifier),
        'a relative import leaves its package',
      ),
    ]
  },
  breaks: [
    { path: 'services/billing/src/x.ts', text: "import { post } from '@draupnir/ledger'\n" },
    { path: 'packages/money/src/x.ts', text: "import { connect } from '@draupnir/db'\n" },
    { path: 'services/billing/src/y.ts', text: "import { post } from '../../ledger/src/index.ts'\n" },
  ],
  keeps: [
    {
      path: 'services/billing/src/x.ts',
      text: "import { emit } from '@draupnir/outbox'\nimport { y } from './y.ts'\n",
    },
  ],
}

function isAllowed(specifier: string, owner: string, allowed: readonly string[] | undefined): boolean {
  const used = workspaceName(specifier)
  return used === null || used === owner || allowed === undefined || allowed.includes(used)
}

function leavesPackage(file: SourceFile, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false
  const [, , ...inside] = file.path.split('/')
  let depth = inside.length - 1
  for (const part of specifier.split('/')) {
    if (part === '..') depth -= 1
    if (depth < 0) return true
  }
  return false
}
