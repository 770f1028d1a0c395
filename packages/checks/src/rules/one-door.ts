import { type Rule, wrongImports } from '../rule.ts'
import { importsOf, isTestCode, isTypeScript } from '../source.ts'

/** Which package of the outside may be named where. */
const DOORS: readonly { readonly outside: RegExp; readonly inside: RegExp; readonly what: string }[] = [
  { outside: /^@nats-io\//, inside: /^packages\/bus\//, what: 'only packages/bus knows NATS' },
  {
    outside: /^@openmeter\/sdk/,
    inside: /^packages\/(openmeter|sandbox-openmeter)\//,
    what: 'only packages/openmeter knows the OpenMeter SDK',
  },
  {
    outside: /^modern-treasury/,
    inside: /^packages\/(modern-treasury|sandbox-modern-treasury)\//,
    what: 'only packages/modern-treasury knows the Modern Treasury SDK',
  },
  { outside: /^@sentry\//, inside: /^packages\/service\//, what: 'only packages/service knows Sentry' },
  { outside: /^pino/, inside: /^packages\/service\//, what: 'only packages/service knows the logger' },
]

export const oneDoor: Rule = {
  name: 'one-door',
  why: 'each partner and tool of the outside is known in one place, so that it can be changed there',
  check: (file) => {
    if (!isTypeScript(file.path) || isTestCode(file.path)) return []
    return DOORS.filter(({ inside }) => !inside.test(file.path)).flatMap(({ outside, what }) =>
      wrongImports(file, importsOf(file), (specifier) => outside.test(specifier), what),
    )
  },
  breaks: [
    { path: 'services/ledger/src/x.ts', text: "import { connect } from '@nats-io/transport-node'\n" },
    { path: 'services/billing/src/x.ts', text: "import { OpenMeter } from '@openmeter/sdk'\n" },
    { path: 'services/payout/src/modern-treasury/x.ts', text: "import ModernTreasury from 'modern-treasury'\n" },
  ],
  keeps: [{ path: 'packages/bus/src/x.ts', text: "import { connect } from '@nats-io/transport-node'\n" }],
}
