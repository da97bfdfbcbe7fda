// 200 texts for the embedder: half of them questions of the search's own set, the others what a tokenizer stumbles over.
import { readFileSync } from 'node:fs';

const questions = readFileSync(new URL('../evals/retrieval/questions.tsv', import.meta.url), 'utf8').split('\n')
  .filter((l) => l !== '' && !l.startsWith('#')).map((l) => l.split('\t')[3]).slice(0, 100);

const accents = ['Café', 'CAFÉ au lait', 'naïve Zürich Łódź', 'Ærøskøbing Þingvellir', 'São Paulo açúcar', 'Dvořák čaj žlutý', 'İstanbul ve ISPARTA',
  'İİİ ı i', 'Straße GROẞ', 'e\u0301te\u0301 decomposed', 'été composed', 'n\u0303 o\u0308 a\u030a', 'Ḿ ṩ ǭ ẩ', 'crème brûlée für 5 €', 'Ångström Å Å',
  'ﬁne ﬂow ﬀ', 'Ⅷ ⅷ ① ½ ㎏', '\u212a \u2126', 'ǅ ǈ ǋ', 'Ωμέγα ΣΊΣΥΦΟΣ'];
const cjk = ['订单', '订单数据湖 cost', '東京のジョブ', '東京 job 失敗', '한국어 텍스트', '가격 비용 클러스터', 'ひらがなだけ', 'カタカナ ガギグ', '數據品質', '費用は$12,345です',
  '豈 更 車', '𠀀𠀁 ext B', '㐀㐁 ext A', '（全角）、。「」', 'ｆｕｌｌｗｉｄｔｈ', '々〇〆', '作业job失败failed', '中'.repeat(60)];
const pictures = ['🚀', '🚀 deploy 🎉', 'job 👍🏽 ok', '👨‍👩‍👧‍👦', '🇩🇪 region', '❤️ heart', 'a🚀b', '☃ snow', '→ ⇒ ∑ ∞ ≠', '♥♦♣♠', '1️⃣ first', '🫠 melting'];
const scripts = ['Привет мир', 'ЁЛКА й', 'العربية', 'مَرْحَبًا', 'שלום עולם', 'हिन्दी लागत', 'বাংলা', 'ไทยแลนด์', 'ქართული', 'Հայերեն', 'አማርኛ', 'தமிழ் சொல்'];
const words = ['nightly_orders_etl', 'etl-orders.v2/main', 'i3.2xlarge', 'r5d.4xlarge spot', 'DBR 15.4 LTS', 'p95=12.5s', '$1,234.56', '73 %', '2026-11-26T01:02:03Z', "don't can't won't",
  'java.lang.OutOfMemoryError: Java heap space', 'AWS_INSUFFICIENT_INSTANCE_CAPACITY_FAILURE', 'SELECT sum(dbus) FROM system.billing.usage', 'C:\\temp\\x.log', 'a@b.example #tag !?', '(((nested)))',
  '`code` **bold** ~strike~ ^up|pipe', 'x'.repeat(100), 'x'.repeat(101), `${'ab'.repeat(49)} end`, 'pneumonoultramicroscopicsilicovolcanoconiosis'];
const odd = ['', ' ', '\n\t\r ', '.', '-', '!', 'a', 'I', '0', '\u0000', 'x\u0000y', '\ufffd', 'a\ufffdb', 'soft\u00adhyphen', 'zero\u200bwidth', '\u202ertl\u202c', 'line\u2028sep\u2029par', 'nb\u00a0space\u3000wide', 'nel\u0085vt\u000bff\u000c', '\u0301', 'a\u0301\u0302\u0303',
  '\u037e greek question', '\u1fef', '$+<=>^`|~'];
const long = ['spot interruption '.repeat(200), questions.join(' '), 'word '.repeat(253).trim(), 'word '.repeat(254).trim(), 'word '.repeat(255).trim(), `${'-'.repeat(80)} done`,
  'The driver ran out of memory because the collect call pulled a large result; write it to a table instead, or take a driver with more memory. '.repeat(3)];

const own = [...accents, ...cjk, ...pictures, ...scripts, ...words, ...odd, ...long];
export const texts = [...questions, ...own];
