import { resources } from '../../../api.ts';
import { secretTable } from '../tables/cluster.ts';
import { invalidValue } from '../validation/fields.ts';
import { immutableDataErrors } from '../validation/immutable.ts';
import { defineKind } from './strategy.ts';

export const secrets = defineKind({
  type: resources.secrets,
  singular: 'secret',
  applyDefaults(secret) {
    secret.type ??= 'Opaque';
    // What is written in clear is stored encoded, and never shown in clear again.
    for (const [key, text] of Object.entries(secret.stringData ?? {})) {
      secret.data = { ...secret.data, [key]: Buffer.from(text).toString('base64') };
    }
    delete secret.stringData;
  },
  selectableFields: (secret) => ({ type: secret.type ?? '' }),
  validateUpdate: (secret, previous) => [
    ...(secret.type === previous.type ? [] : [invalidValue('type', secret.type, 'field is immutable')]),
    ...immutableDataErrors(secret, previous),
  ],
  table: secretTable,
});
