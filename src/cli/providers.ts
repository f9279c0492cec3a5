import { embeddedProvider, kindProvider, type ClusterProvider } from '../cluster/index.ts';

/** Where a command is to run things, as its options say. */
export interface WhereRequest {
  on: 'embedded' | 'kind';
  kindImage?: string | undefined;
}

/** The provider that the options name. `OPENBELL_KIND_IMAGE` stands in for `--kind-image`. */
export function providerFor({ on, kindImage }: WhereRequest): ClusterProvider {
  switch (on) {
    case 'embedded':
      return embeddedProvider();
    case 'kind':
      return kindProvider({ image: kindImage ?? (process.env['OPENBELL_KIND_IMAGE'] || undefined) });
    default:
      return on satisfies never;
  }
}
