/** The provider sandboxes and the services they stand behind. */
export const PROVIDERS = ['openmeter', 'modern-treasury'] as const

export type Provider = (typeof PROVIDERS)[number]

/** The process of a provider's sandbox, as `SERVICE_URLS` names it. */
export function sandboxName(provider: Provider): string {
  return `sandbox-${provider}`
}
