/** Why a service cannot start, in one line for whoever starts it. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}
