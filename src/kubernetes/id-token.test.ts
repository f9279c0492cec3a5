/** Users of OpenID Connect, as `kubectl config set-credentials --auth-provider=oidc` writes them. */
import { expect, it } from 'vitest';
import { connect } from './client.ts';
import { scriptedServer } from './scripted-server.ts';

const nowSeconds = Math.floor(Date.now() / 1000);

function token(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

/** What a server is shown, if it is asked at all, by somebody with this id token. */
async function shown(idToken: string): Promise<string[]> {
  const seen: string[] = [];
  await using server = await scriptedServer((_call, _response, request) => {
    seen.push(request.headers.authorization ?? '');
    return { gitVersion: 'v1.34.0' };
  });
  const config = { 'client-id': 'lab', 'idp-issuer-url': 'https://127.0.0.1:1', 'refresh-token': 'once' };
  const provider = { name: 'oidc', config: { ...config, 'id-token': idToken } };
  const users = [{ name: 'test', user: { 'auth-provider': provider } }];
  const client = await connect(JSON.stringify({ ...JSON.parse(server.kubeconfig), users }));
  try {
    await client.version();
    return seen;
  } finally {
    client.close();
  }
}

it('an id token that holds is shown', async () => {
  const held = token({ exp: nowSeconds + 600 });
  expect(await shown(held)).toEqual([`Bearer ${held}`]);
});

it.each([
  ['that ran out', token({ exp: nowSeconds - 1 }), /its id-token ran out at \d{4}-.*Z/],
  ['that is none', 'a.b.c', /its id-token cannot be read/],
  ['that is missing', '', /it has no id-token/],
])('an id token %s is said to be so, with what renews it', async (_, idToken, says) => {
  await expect(shown(idToken)).rejects.toMatchObject({
    code: 'KUBECONFIG_NO_CREDENTIALS',
    message: expect.stringMatching(says),
    hint: expect.stringContaining('Run any kubectl command with that context'),
  });
});
