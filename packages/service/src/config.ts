import { z } from 'zod'
import { StartFailure } from './failure.ts'

const base = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(200).default(12),
    NATS_URL: z.string().min(1),
    NATS_USER: z.string().optional(),
    NATS_PASSWORD: z.string().optional(),
    INTERNAL_AUTH_SECRET: z.string().min(16),
    CLOCK: z.enum(['system', 'sandbox']).default('system'),
    CLOCK_DATABASE_URL: z.url().optional(),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    SENTRY_DSN: z.url().optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    /** How long Postgres, its migrations and NATS are waited for before the start fails. */
    START_TIMEOUT_MS: z.coerce.number().int().min(100).default(30_000),
    LAUNCHER_PIPE: z.enum(['stdin']).optional(),
  })
  .refine(({ CLOCK, CLOCK_DATABASE_URL }) => CLOCK === 'system' || CLOCK_DATABASE_URL !== undefined, {
    path: ['CLOCK_DATABASE_URL'],
    message: 'is required with CLOCK=sandbox',
  })

/** The settings every service has. */
export type ServiceConfig = z.output<typeof base>
export type Environment = Readonly<Record<string, string | undefined>>

/** The environment of this process; the only place that reads it. */
export function processEnvironment(): Environment {
  return process.env
}

/** Settings of every service and of this one. `StartFailure` names every variable that is missing or wrong, never a value. */
export function readConfig(env: Environment, own: z.ZodObject): { shared: ServiceConfig; own: unknown } {
  // An empty variable is how most launchers say "none".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const shared = base.safeParse(given)
  const extra = own.safeParse(given)
  const issues = [...(shared.error?.issues ?? []), ...(extra.error?.issues ?? [])]
  if (!shared.success || !extra.success) {
    const wrong = issues.map((issue) => describe(issue, given))
    throw new StartFailure(`wrong environment: ${[...new Set(wrong)].join('; ')}`)
  }
  return { shared: shared.data, own: extra.data }
}

function describe(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = String(issue.path[0])
  return name in given || issue.code === 'custom' ? `${name}: ${issue.message}` : `${name} is not set`
}
