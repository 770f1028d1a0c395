export type ErrorCode =
  | 'conflict'
  | 'forbidden'
  | 'header_invalid'
  | 'invalid_key'
  | 'not_found'
  | 'parameter_invalid'
  | 'parameter_missing'
  | 'resource_not_found'
  | 'too_many_requests'

/** A refusal as Modern Treasury words it: `{ errors: { code, message, parameter? } }`. */
export class ApiError extends Error {
  readonly status: number
  readonly code: ErrorCode | null
  readonly parameter: string | null
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: ErrorCode | null,
    message: string,
    parameter: string | null = null,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.parameter = parameter
    this.headers = headers
  }
}

export function invalid(parameter: string, message: string): never {
  throw new ApiError(422, 'parameter_invalid', message, parameter)
}

export function missing(parameter: string): never {
  throw new ApiError(422, 'parameter_missing', `The parameter ${parameter} is required`, parameter)
}

export function notFound(what: string): never {
  throw new ApiError(404, 'resource_not_found', `The ${what.replaceAll('_', ' ')} could not be found`)
}

/** The original does this, the sandbox does not yet: said loudly, never answered with something made up. */
export function notImplemented(what: string): never {
  throw new ApiError(501, null, `The sandbox does not implement ${what} yet`)
}

export function errorBody(error: ApiError): { errors: Record<string, string> } {
  const { code, message, parameter } = error
  return { errors: { ...(code && { code }), message, ...(parameter && { parameter }) } }
}
