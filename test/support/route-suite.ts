import { describe, expect, it } from '@jest/globals';
import type { AnyContract } from '@tributary/contracts';
import type { Stage } from '@tributary/persistence';

/** A stage whose routes are checked when it is made. */
export interface RoutedStage<Route extends { readonly contract: AnyContract }> {
  readonly routes: readonly Route[];
  /** Makes it with its own routes, or with others. */
  readonly make: (routes?: readonly Route[]) => Stage;
  /** What it does not read. */
  readonly foreign: AnyContract;
}

/** A stage has exactly one route for each contract it reads, or it does not start. */
export function routeSuite<Route extends { readonly contract: AnyContract }>(
  name: string,
  { routes, make, foreign }: RoutedStage<Route>,
): void {
  describe(`routes of ${name}`, () => {
    const names = (contracts: readonly { readonly name: string }[]): string[] => contracts.map((contract) => contract.name).sort();

    it('starts with a route for everything it reads', () => {
      expect(names(make().reads)).toEqual(names(routes.map(({ contract }) => contract)));
    });

    it('does not start without a route, with two, or with one for what it does not read', () => {
      const [first] = routes;
      if (first === undefined) throw new Error('no routes');
      expect(() => make(routes.slice(1))).toThrow(`no route for ${first.contract.name}`);
      expect(() => make([...routes, first])).toThrow(`two routes for ${first.contract.name}`);
      expect(() => make([...routes, { ...first, contract: foreign }])).toThrow(/does not read/);
    });
  });
}
