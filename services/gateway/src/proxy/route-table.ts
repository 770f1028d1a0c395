import type { RoutedOperation } from '../openapi/document.ts'

/** The operation that serves a request; `other-method` when only the path is known. */
export function findOperation(
  operations: readonly RoutedOperation[],
  method: string,
  path: string,
): RoutedOperation | 'other-method' | null {
  const segments = path.split('/')
  const fitting = operations.filter((operation) => fits(operation.path.split('/'), segments))
  // A literal segment beats a parameter: /v1/x/summary before /v1/x/{id}.
  const best = fitting
    .filter((operation) => operation.method === method)
    .sort((a, b) => parameters(a) - parameters(b))[0]
  return best ?? (fitting.length > 0 ? 'other-method' : null)
}

function fits(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length &&
    template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  )
}

function parameters(operation: RoutedOperation): number {
  return operation.path.split('{').length
}
