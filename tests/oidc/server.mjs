// A real OpenID Connect provider for the tests: oidc-provider with an in-memory store and log-ins without a screen.
//
// Who logs in is what the test's browser puts into `login_hint`: JSON with `sub` and the claims of that person.
// `POST /test/tamper` changes ID tokens before they leave, signed with the provider's own key: what a broken or hostile
// provider could send. `GET /test/counts` says how often each path was asked for.
import { createServer } from 'node:http';
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { Provider } from 'oidc-provider';

const { port, clients } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const kid = `key-${Date.now()}`;
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...pair.privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
const people = new Map();
const counts = {};
let tamper = {};
let delayMs = 0;

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [jwk] },
  cookies: { keys: ['a key for tests only'] },
  claims: {
    openid: ['sub', 'amr'],
    email: ['email', 'email_verified'],
    profile: ['name'],
    groups: ['groups'],
  },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ ...people.get(sub), sub }) }),
  ttl: { AccessToken: 600, IdToken: 600, Session: 600, Grant: 600, Interaction: 600 },
});

provider.use(async (ctx, next) => {
  const name = ctx.path.replace(/^(\/[a-z.-]+).*/, '$1');
  counts[name] = (counts[name] ?? 0) + 1;
  if (delayMs) await new Promise((done) => setTimeout(done, delayMs));
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token && Object.keys(tamper).length) {
    ctx.body = { ...ctx.body, id_token: forge(ctx.body.id_token) };
  }
});

function forge(token) {
  const part = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());
  const coded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [head, body] = token.split('.');
  const header = { ...part(head), ...tamper.header };
  const claims = { ...part(body), ...tamper.claims };
  const text = `${coded(header)}.${coded(claims)}`;
  if (header.alg === 'none') return `${text}.`;
  if (header.alg === 'HS256') {
    // The public key taken for a shared secret: the classical confusion of algorithms.
    const secret = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }
  const key = tamper.other_key ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : pair.privateKey;
  return `${text}.${sign('sha256', Buffer.from(text), createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))).toString('base64url')}`;
}

async function interact(request, response) {
  const { prompt, params, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    const person = JSON.parse(params.login_hint);
    people.set(person.sub, person);
    if (person.refuse) {
      return provider.interactionFinished(request, response, { error: 'access_denied' });
    }
    const login = { accountId: person.sub, remember: false, amr: person.amr };
    return provider.interactionFinished(request, response, { login });
  }
  const { session } = await provider.interactionDetails(request, response);
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

async function control(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url === '/test/tamper') tamper = JSON.parse(body);
  if (request.url === '/test/delay') delayMs = JSON.parse(body);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(counts));
}

const handle = provider.callback();
createServer((request, response) => {
  const own = request.url.startsWith('/interaction/') ? interact : request.url.startsWith('/test/') ? control : null;
  if (!own) return handle(request, response);
  return own(request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}).listen(port, '127.0.0.1', () => console.log(`ready ${issuer}`));
