import { z } from 'zod'
import { StackFailure } from './failure.ts'

/** The caller's environment: the only place of this package that reads it. */
export const environment: Readonly<Record<string, string | undefined>> = process.env

const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `expected a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  })

const schema = z.object({
  PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  NATS_URL: url('nats:', 'tls:', 'ws:', 'wss:').optional(),
  PUBLIC_URL: url('http:', 'https:').optional(),
  OPENMETER_URL: url('http:', 'https:').optional(),
  OPENMETER_API_KEY: z.string().min(1).optional(),
  OPENMETER_WEBHOOK_SECRET: z.string().min(1).optional(),
  MODERN_TREASURY_BASE_URL: url('http:', 'https:').optional(),
  MODERN_TREASURY_ORGANIZATION_ID: z.string().min(1).optional(),
  MODERN_TREASURY_API_KEY: z.string().min(1).optional(),
  MODERN_TREASURY_WEBHOOK_KEY: z.string().min(1).optional(),
  LEDGER_MIRROR: z.enum(['modern-treasury', 'none']).optional(),
  LEDGER_MIRROR_RATES: z.string().min(1).optional(),
  CLOCK: z.enum(['system', 'sandbox']).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
})

export type Settings = z.output<typeof schema>

// What a child may inherit as it is; everything else it gets is declared.
const PASSED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'NODE_EXTRA_CA_CERTS',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SENTRY_DSN',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const

/** What replaces embedded parts. An empty variable counts as absent; a wrong one is a StackFailure that names it. */
export function readSettings(from = environment): Settings {
  const given = Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new StackFailure(`${issue?.path.join('.')} is wrong (${issue?.message}): correct or unset it`)
  }
  refuseHalf(parsed.data, ['OPENMETER_URL', 'OPENMETER_API_KEY', 'OPENMETER_WEBHOOK_SECRET'])
  refuseHalf(parsed.data, ['MODERN_TREASURY_ORGANIZATION_ID', 'MODERN_TREASURY_API_KEY', 'MODERN_TREASURY_WEBHOOK_KEY'])
  return parsed.data
}

/** The variables of the caller that every process inherits. */
export function passedOn(from = environment): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = from[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
}

function refuseHalf(settings: Settings, names: readonly (keyof Settings)[]): void {
  const missing = names.filter((name) => settings[name] === undefined)
  if (missing.length > 0 && missing.length < names.length)
    throw new StackFailure(`${missing.join(' and ')} must be set too, or none of ${names.join(', ')}`)
}
