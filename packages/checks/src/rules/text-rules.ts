import { matches, type Rule } from '../rule.ts'
import { isTestCode, isTypeScript } from '../source.ts'

const isService = (path: string): boolean => path.startsWith('services/') && isTypeScript(path) && !isTestCode(path)
// Seconds and counts may be divided; amounts may not.
const isMoney = (path: string): boolean =>
  /^(packages\/money|services\/(ledger|billing|payout|contract|metering-sync))\/src\//.test(path) &&
  isTypeScript(path) &&
  !isTestCode(path)
const isOurs = (path: string): boolean =>
  /^(services|packages)\//.test(path) && isTypeScript(path) && !path.startsWith('packages/checks/')

export const environment: Rule = {
  name: 'environment',
  why: 'the environment is read in config.ts only, where it is validated',
  check: (file) =>
    isOurs(file.path) && !isTestCode(file.path) && !/(^|\/)config\.ts$/.test(file.path)
      ? matches(file, /\bprocess\.env\b/g, 'the environment is read outside config.ts')
      : [],
  breaks: [{ path: 'services/billing/src/x.ts', text: 'const url = process.env.DATABASE_URL\n' }],
  keeps: [{ path: 'services/billing/src/config.ts', text: 'const url = process.env.DATABASE_URL\n' }],
}

export const wallClock: Rule = {
  name: 'wall-clock',
  why: 'domain code takes time and ids from its context: ctx.now(), ctx.newId()',
  check: (file) =>
    isService(file.path)
      ? matches(
          file,
          /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(/g,
          'the wall clock or chance',
        )
      : [],
  breaks: [{ path: 'services/billing/src/x.ts', text: 'const at = new Date()\n' }],
  keeps: [{ path: 'services/billing/src/x.ts', text: 'const at = ctx.now()\n' }],
}

export const floats: Rule = {
  name: 'floats',
  why: 'money is bigint minor units; a float loses cents',
  check: (file) =>
    isMoney(file.path)
      ? matches(file, /\bparseFloat\(|\.toFixed\(|\bMath\.(?:round|floor|ceil|trunc)\(/g, 'floating-point arithmetic')
      : [],
  breaks: [{ path: 'services/ledger/src/x.ts', text: 'const cents = Math.round(amount * 100)\n' }],
  keeps: [{ path: 'services/ledger/src/x.ts', text: "const cents = multiply(amount, rate, 'half_even')\n" }],
}

export const eventNames: Rule = {
  name: 'event-names',
  why: 'types and subjects of events are written in packages/wire and imported from there',
  check: (file) =>
    isOurs(file.path) && !isTestCode(file.path) && !/^packages\/(wire|bus)\//.test(file.path)
      ? matches(file, /['"`]evt\.|['"`]EVT_[A-Z]/g, 'a subject or stream is spelled out')
      : [],
  breaks: [{ path: 'services/billing/src/x.ts', text: "const subject = 'evt.billing.invoice.issued.v1.x'\n" }],
  keeps: [{ path: 'services/billing/src/x.ts', text: 'emit(ctx, InvoiceIssued, { data })\n' }],
}

export const honesty: Rule = {
  name: 'honesty',
  why: 'no test is skipped, nothing is left for later without an issue, no type is silenced',
  check: (file) =>
    isOurs(file.path)
      ? matches(
          file,
          /\b(?:it|test|describe)\.(?:only|skip|todo)\(|\bTODO\b|\bFIXME\b|@ts-ignore|@ts-nocheck/g,
          'left undone',
        )
      : [],
  breaks: [{ path: 'services/billing/src/x.test.ts', text: "it.skip('x', () => {})\n" }],
  keeps: [{ path: 'services/billing/src/x.test.ts', text: "it('x', () => {})\n" }],
}

export const places: Rule = {
  name: 'places',
  why: 'nothing in the repository knows whose machine it was written on',
  check: (file) =>
    file.path.startsWith('packages/checks/') || file.path.startsWith('deploy/')
      ? []
      : matches(
          file,
          /(?<![a-z])\/(?:root|home\/[a-z]+|work\/main|Users\/[a-z]+)\/[\w.-]|registry\.npmjs\.org|deb\.debian\.org/g,
          'a path or host of one machine',
        ),
  breaks: [{ path: 'README.md', text: 'see /root/project\n' }],
  keeps: [{ path: 'README.md', text: 'see docs/adr\n' }],
}
