/** Something to wait for that may already have happened: signals between two waits count as one. */
export class Signal {
  private raised = false
  private resolve: (() => void) | null = null

  get isRaised(): boolean {
    return this.raised
  }

  set(): void {
    this.raised = true
    this.resolve?.()
  }

  /** Resolves when raised, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.raised) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs)
        const wake = () => {
          clearTimeout(timer)
          resolve()
        }
        this.resolve = wake
      })
    }
    this.resolve = null
    this.raised = false
  }
}
