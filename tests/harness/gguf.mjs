// Models as GGUF files (version 3, as llama.cpp reads it) for a real llama.cpp runtime: the published MiniLM weights, and a tiny
// language model of random weights that writes nonsense, within a grammar if it is given one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ALIGN = 32, F32 = 0, F16 = 1;
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 };

const u32 = (x) => { const b = Buffer.alloc(4); b.writeUInt32LE(x); return b; };
const u64 = (x) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(x)); return b; };
const string = (s) => { const b = Buffer.from(s); return Buffer.concat([u64(b.length), b]); };
const values = {
  u32, string,
  i32: (x) => { const b = Buffer.alloc(4); b.writeInt32LE(x); return b; },
  f32: (x) => { const b = Buffer.alloc(4); b.writeFloatLE(x); return b; },
  bool: (x) => Buffer.from([x ? 1 : 0]),
};
const value = ([type, x]) => {
  if (!type.endsWith('[]')) return Buffer.concat([u32(TYPES[type]), values[type](x)]);
  const of = type.slice(0, -2);
  return Buffer.concat([u32(TYPES.array), u32(TYPES[of]), u64(x.length), ...x.map(values[of])]);
};
const padded = (b) => Buffer.concat([b, Buffer.alloc((ALIGN - (b.length % ALIGN)) % ALIGN)]);

// meta: key -> [type, value]; tensors: { name, shape (fastest dimension first), type, data }.
function writeGguf(file, meta, tensors) {
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(meta).length)];
  for (const [key, v] of Object.entries(meta)) head.push(string(key), value(v));
  let offset = 0;
  const bodies = tensors.map((t) => padded(t.data));
  tensors.forEach((t, i) => {
    head.push(string(t.name), u32(t.shape.length), ...t.shape.map(u64), u32(t.type), u64(offset));
    offset += bodies[i].length;
  });
  writeFileSync(file, Buffer.concat([padded(Buffer.concat(head)), ...bodies]));
}

const half = (bits) => {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};
const widened = (data) => Buffer.from(Float32Array.from({ length: data.length / 2 }, (_, i) => half(data.readUInt16LE(2 * i))).buffer);

// The published weights in `folder` (safetensors and tokenizer.json); vectors and biases as 32 bit, which llama.cpp wants.
export function writeMiniLm(folder, file) {
  const raw = readFileSync(join(folder, 'model.fp16.safetensors')), headBytes = Number(raw.readBigUInt64LE(0));
  const head = JSON.parse(raw.subarray(8, 8 + headBytes).toString());
  const tensor = (from, name) => {
    const { shape, data_offsets: [begin, end] } = head[from], data = raw.subarray(8 + headBytes + begin, 8 + headBytes + end);
    return shape.length === 1 || name === 'token_types.weight' ? { name, shape: shape.toReversed(), type: F32, data: widened(data) } : { name, shape: shape.toReversed(), type: F16, data };
  };
  const both = (from, name) => ['weight', 'bias'].map((part) => tensor(`${from}.${part}`, `${name}.${part}`));
  const tensors = [tensor('embeddings.word_embeddings.weight', 'token_embd.weight'), tensor('embeddings.position_embeddings.weight', 'position_embd.weight'),
    tensor('embeddings.token_type_embeddings.weight', 'token_types.weight'), ...both('embeddings.LayerNorm', 'token_embd_norm')];
  for (let i = 0; i < 6; i++) {
    const of = `encoder.layer.${i}`, to = `blk.${i}`;
    for (const [a, b] of [['query', 'attn_q'], ['key', 'attn_k'], ['value', 'attn_v']]) tensors.push(...both(`${of}.attention.self.${a}`, `${to}.${b}`));
    for (const [a, b] of [['attention.output.dense', 'attn_output'], ['attention.output.LayerNorm', 'attn_output_norm'], ['intermediate.dense', 'ffn_up'],
      ['output.dense', 'ffn_down'], ['output.LayerNorm', 'layer_output_norm']]) tensors.push(...both(`${of}.${a}`, `${to}.${b}`));
  }
  const { vocab } = JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).model;
  const words = Object.entries(vocab).sort((a, b) => a[1] - b[1]).map(([w]) => w);
  writeGguf(file, {
    'general.architecture': ['string', 'bert'], 'bert.context_length': ['u32', 512], 'bert.embedding_length': ['u32', 384],
    'bert.feed_forward_length': ['u32', 1536], 'bert.block_count': ['u32', 6], 'bert.attention.head_count': ['u32', 12],
    'bert.attention.layer_norm_epsilon': ['f32', 1e-12], 'bert.attention.causal': ['bool', false], 'bert.pooling_type': ['u32', 1],
    'tokenizer.ggml.model': ['string', 'bert'], 'tokenizer.ggml.token_type_count': ['u32', 2],
    // a word begins with U+2581, what goes on with "##" is bare
    'tokenizer.ggml.tokens': ['string[]', words.map((w) => (/^\[.+\]$/.test(w) ? w : w.startsWith('##') ? w.slice(2) : `\u2581${w}`))],
    'tokenizer.ggml.token_type': ['i32[]', words.map((w) => (/^\[.+\]$/.test(w) ? 3 : 1))],
    'tokenizer.ggml.scores': ['f32[]', words.map(() => 0)],
  }, tensors);
}

// Two layers, a token for each byte.
export function writeRandomLlama(file, { size = 32, hidden = 64, context = 16384 } = {}) {
  let seed = 12345;
  const noise = (shape) => ({ shape, type: F32, data: Buffer.from(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed / 2 ** 32 - 0.5) * 0.6;
  }).buffer) });
  const ones = { shape: [size], type: F32, data: Buffer.from(new Float32Array(size).fill(1).buffer) };
  const tokens = ['<unk>', '<s>', '</s>', ...Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`)];
  const tensors = [{ name: 'token_embd.weight', ...noise([size, tokens.length]) }, { name: 'output_norm.weight', ...ones }, { name: 'output.weight', ...noise([size, tokens.length]) }];
  for (let i = 0; i < 2; i++) {
    for (const name of ['attn_norm', 'ffn_norm']) tensors.push({ name: `blk.${i}.${name}.weight`, ...ones });
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) tensors.push({ name: `blk.${i}.${name}.weight`, ...noise([size, size]) });
    for (const name of ['ffn_gate', 'ffn_up']) tensors.push({ name: `blk.${i}.${name}.weight`, ...noise([size, hidden]) });
    tensors.push({ name: `blk.${i}.ffn_down.weight`, ...noise([hidden, size]) });
  }
  writeGguf(file, {
    'general.architecture': ['string', 'llama'], 'llama.context_length': ['u32', context], 'llama.embedding_length': ['u32', size],
    'llama.feed_forward_length': ['u32', hidden], 'llama.block_count': ['u32', 2], 'llama.attention.head_count': ['u32', 4],
    'llama.attention.head_count_kv': ['u32', 4], 'llama.attention.layer_norm_rms_epsilon': ['f32', 1e-5], 'llama.rope.dimension_count': ['u32', size / 4],
    'tokenizer.ggml.model': ['string', 'llama'], 'tokenizer.ggml.tokens': ['string[]', tokens],
    'tokenizer.ggml.scores': ['f32[]', tokens.map((_, i) => -i)], 'tokenizer.ggml.token_type': ['i32[]', tokens.map((_, i) => (i === 0 ? 2 : i < 3 ? 3 : 6))],
    'tokenizer.ggml.bos_token_id': ['u32', 1], 'tokenizer.ggml.eos_token_id': ['u32', 2], 'tokenizer.ggml.unknown_token_id': ['u32', 0],
  }, tensors);
}
