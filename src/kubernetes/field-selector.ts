/** Field selectors: `spec.nodeName=worker-1,status.phase!=Running`. Pure; loads nothing of the client. */
import { OpenbellError } from '../support/index.ts';

/** One condition on one field. */
export interface FieldTerm {
  field: string;
  negated: boolean;
  value: string;
}

/**
 * Parses a field selector; `\,`, `\=` and `\\` stand for themselves in values. The empty text selects everything.
 *
 * @throws {OpenbellError} `SELECTOR_INVALID`, in Kubernetes' words.
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  return (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((term) => {
    const parts = /^(?<field>(?:\\.|[^=!\\])*)(?<operator>!=|==|=)(?<value>.*)$/.exec(term)?.groups;
    if (parts === undefined) {
      throw new OpenbellError(`invalid selector: '${text}'; can't understand '${term}'`, {
        code: 'SELECTOR_INVALID',
        hint: 'Write field selectors as field=value or field!=value, joined by commas.',
      });
    }
    return {
      field: parts['field'] ?? '',
      negated: parts['operator'] === '!=',
      value: (parts['value'] ?? '').replaceAll(/\\([\\,=])/g, '$1'),
    };
  });
}

/** Whether fields fulfil every term; `fieldOf` answers `undefined` for a field that is not there. */
export function selectsByFields(
  terms: readonly FieldTerm[],
  fieldOf: (field: string) => string | undefined,
): boolean {
  return terms.every(({ field, negated, value }) => ((fieldOf(field) ?? '') === value) !== negated);
}
