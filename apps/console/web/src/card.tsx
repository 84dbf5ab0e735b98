import { useId, type ReactNode } from 'react';

/** A titled part of a page. */
export function Card({
  title,
  note,
  children,
  className = '',
}: {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}): ReactNode {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <div className="quiet">{note}</div>}
      </header>
      {children}
    </section>
  );
}

/** A name and a value, as in a list of facts. */
export const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div className="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** A word with a colour that says how good it is; the word says it too. */
export const Tag = ({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'good' | 'warn' | 'bad';
  readonly children: ReactNode;
}): ReactNode => <span className={`tag tag-${tone}`}>{children}</span>;
