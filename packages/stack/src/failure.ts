/** Something the person at the keyboard can mend: printed as one line, without a stack. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure'
}

/** One line for any error: the message alone when it is meant for people, else the stack. */
export function describeFailure(error: unknown): string {
  if (error instanceof StackFailure) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
