/** A bell that is heard also when it rang while nobody waited. */
export class Wake {
  private rang = false;
  private resume: (() => void) | undefined;

  ring(): void {
    this.rang = true;
    this.resume?.();
  }

  /** Forgets what rang before. */
  clear(): void {
    this.rang = false;
  }

  /** Answers when it rings or rang since `clear`, at the latest after `milliseconds`. */
  async wait(milliseconds: number): Promise<void> {
    if (this.rang) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.resume = undefined;
  }
}
