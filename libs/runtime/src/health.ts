/** How one part of the process stands: well, or not and why. `fatal`: only a restart helps. */
export type HealthState = 'ok' | { readonly reason: string; readonly fatal?: boolean };

/** Answer to a probe. */
export interface HealthAnswer {
  readonly ok: boolean;
  /** Why not, by component. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** What the parts of this process say about themselves, for `/live` and `/ready`. */
export class Health {
  private readonly states = new Map<string, HealthState>();

  /** Names parts that must report before the process is ready. */
  expect(...components: readonly string[]): void {
    for (const component of components) if (!this.states.has(component)) this.states.set(component, { reason: 'starting' });
  }

  report(component: string, state: HealthState): void {
    this.states.set(component, state);
  }

  /** Whether the process can still do its work without a restart. */
  live(): HealthAnswer {
    return this.answer((state) => state !== 'ok' && state.fatal === true);
  }

  /** Whether the process can do its work now. */
  ready(): HealthAnswer {
    return this.answer((state) => state !== 'ok');
  }

  private answer(isBad: (state: HealthState) => boolean): HealthAnswer {
    const bad = [...this.states].filter(([, state]) => isBad(state)).sort(([left], [right]) => (left < right ? -1 : 1));
    return { ok: bad.length === 0, reasons: Object.fromEntries(bad.map(([name, state]) => [name, state === 'ok' ? '' : state.reason])) };
  }
}
