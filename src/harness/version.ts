import manifest from '../../package.json' with { type: 'json' };

/** Version of openbell, from its package.json. */
export const openbellVersion: string = manifest.version;
