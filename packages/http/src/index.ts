export { type App, type AppEnv, type AppOptions, type AppVariables, createApp, type RequestSeen } from './app.ts'
export { internalAuth } from './authenticate.ts'
export { MAX_WEBHOOK_BYTES, readBytes } from './body.ts'
export { contextFor, type UnitOfWork, withFields } from './context.ts'
export { type Cursor, cursorOf, page } from './cursor.ts'
export { etagOf } from './etag.ts'
export { httpMigrations, sweepIdempotency } from './idempotency.ts'
export {
  type Claims,
  isBearer,
  isSignedInternally,
  metricsToken,
  type SignedRequest,
  signInternal,
  verifyInternal,
} from './internal-auth.ts'
export { type InternalRequest, internalRequest } from './internal-request.ts'
export { type DocumentInfo, openApiDocument } from './openapi.ts'
export { failureOf, type Problem } from './problem.ts'
export { requestIdOf } from './request-id.ts'
export {
  type AnyReply,
  defineRoute,
  type IdempotencyMode,
  type Input,
  type Method,
  type Reply,
  type Route,
  type RouteDefinition,
} from './route.ts'
export { component, listOf, pageQuery, problemSchema } from './schemas.ts'
export { strict } from './strict.ts'
export { inSpan, parseTraceparent, SpanKind, traceparentOf } from './trace.ts'
export { type FieldError, type RawInput, refuseInvalid, validate } from './validate.ts'
