// The official JavaScript client of MCP, unmodified: what it gets from a server, as one JSON object.
// Usage: node mcp.mjs FOLDER-OF-NODE-MODULES URL           over streamable HTTP
//        node mcp.mjs FOLDER-OF-NODE-MODULES PROGRAM ARG…  over stdin and stdout of that program
import { createRequire } from 'node:module';

const [, , modules, server, ...args] = process.argv;
const require = createRequire(`${modules}/`);
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StdioClientTransport } = require('@modelcontextprotocol/sdk/client/stdio.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');

const isHttp = server.startsWith('http');
const client = new Client({ name: 'test', version: '1' });
await client.connect(isHttp
  ? new StreamableHTTPClientTransport(new URL(server))
  : new StdioClientTransport({ command: server, args, env: process.env, stderr: 'inherit' }));

const got = { tools: (await client.listTools()).tools.map((tool) => tool.name).sort() };
const call = (name, args) => client.callTool({ name, arguments: args });
await call('execute_code', { code: 'x = 6', files: [{ name: 'in.txt', text: 'hello' }] });
got.value = (await call('execute_code', { code: 'x * 7' })).content[0].text;
got.files = (await call('list_files', {})).content[0].text;
if (isHttp) {
  got.steps = [];
  const asked = await client.callTool(
    { name: 'ask_agent', arguments: { task: '`print(2 ** 10)`' } }, undefined, { onprogress: (step) => got.steps.push(step.message) });
  got.answer = asked.content[0].text;
}
await client.close();
console.log(JSON.stringify(got));
