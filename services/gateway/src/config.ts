import { SERVICES } from '@draupnir/wire'
import { z } from 'zod'
import { TOKEN } from './api-key/api-key.ts'

const urlMap = z.string().transform((text, check): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    check.addIssue({ code: 'custom', message: 'is not JSON' })
    return z.NEVER
  }
})

/** What this service needs besides what every service does. */
export const config = z.object({
  /** `{"contract": "http://…", …}`: every service, and in the sandbox the providers. */
  SERVICE_URLS: urlMap
    .pipe(z.record(z.string(), z.url()))
    .refine((urls) => SERVICES.every((name) => name === 'gateway' || name in urls), 'does not name every service'),
  PUBLIC_URL: z.url(),
  /** A first key with every scope; made once, for a tenant of its own. */
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(TOKEN, 'must be sk_sandbox_ or sk_live_ and 32 to 128 random characters')
    .optional(),
  SANDBOX_CONTROL_SECRET: z.string().optional(),
})

export type GatewayConfig = z.output<typeof config>
