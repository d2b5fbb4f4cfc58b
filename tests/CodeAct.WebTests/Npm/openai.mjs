// The official JavaScript client, unmodified, on a server of ours: what it gets, as one JSON object.
// Usage: node openai.mjs FOLDER-OF-NODE-MODULES SERVER-URL
import { createRequire } from 'node:module';

const [, , modules, server] = process.argv;
const { OpenAI, toFile } = createRequire(`${modules}/`)('openai');
const client = new OpenAI({ baseURL: `${server}v1`, apiKey: 'none', maxRetries: 0 });
const got = {};

// Chat, whole and as a stream, going on in the same interpreter.
const messages = [{ role: 'user', content: '`x = 20`' }];
const first = await client.chat.completions.create({ model: 'echo', messages });
messages.push(first.choices[0].message, { role: 'user', content: '`x += 1; print(x)`' });
const stream = await client.chat.completions.create({ model: 'echo', messages, stream: true, stream_options: { include_usage: true } });
got.chat = '';
for await (const chunk of stream) {
  got.chat += chunk.choices[0]?.delta?.content ?? '';
  got.finish = chunk.choices[0]?.finish_reason ?? got.finish;
  got.tokens = chunk.usage?.total_tokens ?? got.tokens;
}

// The client's own runner of streams, which puts the pieces together.
got.runner = await client.chat.completions.stream({ model: 'echo:answer', messages: [{ role: 'user', content: '`print(2 ** 10)`' }] }).finalContent();

// Files, and a response that uses one and makes another.
const upload = await client.files.create({ file: await toFile(Buffer.from('a\n1\n2\n'), 'data.csv'), purpose: 'assistants' });
got.listed = (await client.files.list()).data.some((file) => file.id === upload.id);
const response = await client.responses.create({
  model: 'echo',
  input: "`import pandas as pd; pd.read_csv('data.csv').sum().to_csv('sum.csv')`",
  tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: [upload.id] } }],
});
got.items = response.output.map((item) => item.type);
const [made] = response.output.at(-1).content[0].annotations;
got.made = await (await client.containers.files.content.retrieve(made.file_id, { container_id: made.container_id })).text();
got.deleted = (await client.files.delete(upload.id)).deleted;

// A response as a stream, going on from the one before.
got.events = [];
const events = await client.responses.create({
  model: 'echo', input: "`print(open('sum.csv').read())`", previous_response_id: response.id, stream: true,
});
for await (const event of events) {
  if (got.events.at(-1) !== event.type) got.events.push(event.type);
  if (event.type === 'response.completed') got.answer = event.response.output.at(-1).content[0].text;
}

// The client's own runner of responses.
const final = await client.responses.stream({ model: 'echo:answer', input: '`print(3 ** 4)`' }).finalResponse();
got.final = final.output.at(-1).content[0].text;

got.models = (await client.models.list()).data.map((model) => model.id);
try {
  await client.chat.completions.create({ model: 'nosuch', messages });
} catch (error) {
  got.error = [error.constructor.name, error.status, error.code, error.param];
}
console.log(JSON.stringify(got));
