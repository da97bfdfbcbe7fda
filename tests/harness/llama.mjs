// A real llama.cpp runtime behind the two endpoints of OpenAI's shape that drc uses: vectors of the published MiniLM weights, and
// chat by a model of random weights, held to the JSON schema that the request brings. In this process: start programs without waiting.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { LlamaCompletion, getLlama } from 'node-llama-cpp';
import { writeMiniLm, writeRandomLlama } from './gguf.mjs';

const MAX_TOKENS = 600, READ_CHARS = 500; // a token is a byte, and all prompts are one to this model

export async function startLlama(dir, weights) {
  writeMiniLm(weights, join(dir, 'minilm.gguf'));
  writeRandomLlama(join(dir, 'random.gguf'));
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
  const model = await llama.loadModel({ modelPath: join(dir, 'minilm.gguf') });
  const vectors = await model.createEmbeddingContext({ contextSize: 512, threads: 2 });
  const writer = await llama.loadModel({ modelPath: join(dir, 'random.gguf') });
  const context = await writer.createContext({ contextSize: 16384, threads: 1 });
  const written = []; // { schema, text } of each chat
  let seed = 0;

  const embeddings = async (body) => {
    const data = [];
    for (const [index, text] of body.input.entries()) data.push({ object: 'embedding', index, embedding: [...(await vectors.getEmbeddingFor(text)).vector] });
    return { object: 'list', model: body.model, data, usage: { prompt_tokens: 1, total_tokens: 1 } };
  };
  const chat = async (body, say) => {
    const schema = body.response_format?.json_schema?.schema, sequence = context.getSequence();
    const completion = new LlamaCompletion({ contextSequence: sequence });
    const grammar = schema && await llama.createGrammarForJsonSchema(schema);
    const text = await completion.generateCompletion(body.messages.map((m) => m.content).join('\n').slice(-READ_CHARS),
      { grammar, maxTokens: MAX_TOKENS, temperature: 1, seed: ++seed, onTextChunk: say });
    completion.dispose();
    sequence.dispose();
    written.push({ schema, text });
  };

  const server = createServer(async (req, res) => {
    try {
      const parts = [];
      for await (const part of req) parts.push(part);
      const body = JSON.parse(Buffer.concat(parts));
      if (req.url === '/v1/embeddings') {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(JSON.stringify(await embeddings(body)));
        return;
      }
      const chunk = (delta, finish_reason = null, more = {}) =>
        res.write(`data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: body.model, choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      chunk({ role: 'assistant', content: '' });
      await chat(body, (content) => chunk({ content }));
      chunk({}, 'stop');
      if (body.stream_options?.include_usage) res.write(`data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } })}\n\n`);
      res.end('data: [DONE]\n\n');
    } catch (e) {
      res.destroy(e);
      throw e;
    }
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  return {
    url: `http://127.0.0.1:${server.address().port}/v1/`, written,
    stop: async () => { server.closeAllConnections(); server.close(); await llama.dispose(); },
  };
}
