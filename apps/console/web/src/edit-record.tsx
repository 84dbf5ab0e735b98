import { useState, type ReactNode } from 'react';
import type { QuarantineRecord } from '../../src/api.ts';
import type { EditReport } from '../../src/repair-api.ts';
import { ApiFailure, fetchJson } from './fetch-json.ts';
import { useLocale } from './locale.tsx';
import { Failure } from './states.tsx';

/** The payload of a quarantined record as JSON, to be changed and saved. Opening it shows the record, which is logged. */
export function EditRecord({ id }: { readonly id: string }): ReactNode {
  const { t } = useLocale();
  const [text, setText] = useState<string>();
  const [saved, setSaved] = useState<string>();
  const [failure, setFailure] = useState<ApiFailure>();
  const [wrong, setWrong] = useState(false);
  const path = `/api/quarantine/${encodeURIComponent(id)}`;
  const failed = (error: unknown): void => setFailure(error instanceof ApiFailure ? error : new ApiFailure('internal', null));
  if (text === undefined)
    return (
      <>
        <span className="reveal">
          <button
            type="button"
            onClick={() => {
              fetchJson<QuarantineRecord>(`${path}/record`, { method: 'POST' }).then(
                ({ decoded }) => setText(decoded.ok ? decoded.json : '{}'),
                failed,
              );
            }}
          >
            {t('repair.edit')}
          </button>
          <span className="quiet">{t('quarantine.rawNote')}</span>
        </span>
        {failure !== undefined && <Failure failure={failure} />}
      </>
    );
  const save = (): void => {
    setFailure(undefined);
    setSaved(undefined);
    const data = parse(text);
    setWrong(data === undefined);
    if (data !== undefined)
      fetchJson<EditReport>(`${path}/edit`, { method: 'POST', body: { data } }).then(({ operation }) => setSaved(operation), failed);
  };
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label>
        <span>{t('repair.payload')}</span>
        <textarea value={text} rows={14} spellCheck={false} onChange={(event) => setText(event.target.value)} />
      </label>
      <p className="quiet">{t('repair.editNote')}</p>
      <button type="submit" className="primary">
        {t('repair.save')}
      </button>
      {wrong && <p role="alert">{t('repair.noJson')}</p>}
      {saved !== undefined && <p role="status">{t('repair.saved', { operation: saved })}</p>}
      {failure !== undefined && <Failure failure={failure} />}
    </form>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
