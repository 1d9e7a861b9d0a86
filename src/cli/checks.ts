import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { type Finding, failed, type ServiceCheck, told } from '../health.ts';
import { staleTokens } from '../pipeline/fingerprint.ts';
import { formatBytes } from '../units.ts';
import type { Lang } from './messages.ts';

/** Room that an ingest may need at once. */
const LOW_DISK = 500 * 1024 * 1024;

/** One check a line. */
export async function examine(context: Context, lang: Lang): Promise<ServiceCheck[]> {
  const checks: [string, (context: Context) => Promise<Finding>][] = [
    ['node', node],
    ['home', home],
    ['disk', disk],
    ['index', index],
    ['vectors', vectors],
    ['built-in model', builtin],
    ['bulk embedding', bulk],
    ['text in images', ocr],
    ['embedder', embedder],
    ['answers', answers],
  ];
  const results: ServiceCheck[] = [];
  for (const [name, check] of checks) {
    results.push(told(name, await check(context).catch(failed), lang));
  }
  return results;
}

async function node(): Promise<Finding> {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const detail = `Node.js ${process.versions.node}, ICU ${process.versions.icu}`;
  if (major > 20 || (major === 20 && minor >= 19)) return { status: 'ok', detail };
  return {
    status: 'fail',
    detail,
    hint: 'rag needs Node.js 20.19 or newer',
    zhHint: 'rag 需要 Node.js 20.19 或更新版本',
  };
}

async function home({ root }: Context): Promise<Finding> {
  const dir = join(root, '.rag');
  if (!existsSync(dir))
    return {
      status: 'ok',
      detail: `${root} (no home yet; rag ingest makes one)`,
      zh: `${root}（还没有库；rag ingest 会创建）`,
    };
  try {
    accessSync(dir, constants.W_OK);
    return { status: 'ok', detail: root };
  } catch {
    return {
      status: 'warn',
      detail: `${dir} is read-only`,
      zh: `${dir} 只读`,
      hint: 'searching works; to ingest, give yourself write access',
      zhHint: '可以搜索；要导入，请取得写入权限',
    };
  }
}

async function disk({ root }: Context): Promise<Finding> {
  const { bavail, bsize } = statfsSync(existsSync(root) ? root : '/');
  const free = formatBytes(bavail * bsize);
  const [detail, zh] = [`${free} free`, `剩余 ${free}`];
  return bavail * bsize > LOW_DISK
    ? { status: 'ok', detail, zh }
    : { status: 'warn', detail, zh, hint: 'free some space before the next ingest', zhHint: '请在下次导入前腾出空间' };
}

async function index(context: Context): Promise<Finding> {
  const store = await context.reader();
  const { documents, chunks } = await store.coverage();
  const fingerprint = await store.fingerprint();
  const detail = `${documents} documents, ${chunks} passages, format ${fingerprint.format}, ICU ${fingerprint.icu}`;
  const zh = `${documents} 个文档，${chunks} 个段落，格式 ${fingerprint.format}，ICU ${fingerprint.icu}`;
  const damage = await store.check();
  if (damage.length > 0)
    return {
      status: 'fail',
      detail: damage[0]!,
      hint: 'rag doctor --repair rebuilds the index from the stored text',
      zhHint: 'rag doctor --repair 会用存储的文本重建索引',
    };
  if (!staleTokens(fingerprint)) return { status: 'ok', detail, zh };
  return {
    status: 'warn',
    detail: `${detail}: made by another tokenizer or Unicode version`,
    zh: `${zh}：由另一版本的分词或 Unicode 生成`,
    hint: 'the next rag ingest renews it',
    zhHint: '下次 rag ingest 会更新它',
  };
}

async function vectors(context: Context): Promise<Finding> {
  const store = await context.reader();
  const { chunks, embedded } = await store.coverage();
  const { model } = await store.fingerprint();
  const detail = `${embedded} of ${chunks} passages embedded${model ? ` with ${model}` : ''}`;
  const zh = `已向量化 ${embedded} / ${chunks} 个段落${model ? `（${model}）` : ''}`;
  return embedded === chunks ? { status: 'ok', detail, zh } : { status: 'warn', detail, zh, hint: 'rag embed' };
}

async function builtin(context: Context): Promise<Finding> {
  const model = await context.embedderNamed({ provider: 'builtin' }, 'question');
  const [vector] = await model.embed(['rag doctor'], 'query');
  const { length } = vector!;
  return { status: 'ok', detail: `${model.id}, ${length} dimensions, works`, zh: `${model.id}，${length} 维，可用` };
}

async function bulk(): Promise<Finding> {
  try {
    createRequire(import.meta.url)('onnxruntime-node');
    return { status: 'ok', detail: 'onnxruntime-node is there', zh: '已安装 onnxruntime-node' };
  } catch {
    const detail = 'onnxruntime-node is not installed here: the built-in encoder embeds at less than half its speed';
    return { status: 'ok', detail, zh: '此处没有安装 onnxruntime-node：内置编码器的速度不到其一半' };
  }
}

async function ocr(context: Context): Promise<Finding> {
  const mode = context.ocrMode();
  if (mode === 'off')
    return { status: 'ok', detail: 'switched off (OCR=off); images are skipped', zh: '已关闭（OCR=off）；跳过图片' };
  const cure = {
    hint: 'install again without --omit=optional; needs Linux with glibc, macOS or Windows',
    zhHint: '请重新安装，不带 --omit=optional；需要使用 glibc 的 Linux、macOS 或 Windows',
  };
  if (mode === 'absent')
    return {
      status: 'warn',
      detail: 'cannot be recognised: an optional package is missing; images are skipped',
      zh: '无法识别：缺少可选的软件包；跳过图片',
      ...cure,
    };
  try {
    const engine = await context.ocr();
    // A white image: starts a child process and both networks.
    await engine.recognise({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(255) });
    const [detail, zh] = [`${engine.id}, English and Chinese, works`, `${engine.id}，中英文，可用`];
    if (context.hasTraditional()) return { status: 'ok', detail, zh };
    return {
      status: 'ok',
      detail: `${detail}; without Tesseract some traditional characters are not known`,
      zh: `${zh}；没有 Tesseract，部分繁体字无法识别`,
    };
  } catch (error) {
    return { ...failed(error), status: 'warn', ...cure };
  }
}

async function embedder(context: Context): Promise<Finding> {
  const { EMBEDDING_MODEL, LOCAL_EMBEDDING_MODEL } = context.config.values;
  if (EMBEDDING_MODEL === undefined && LOCAL_EMBEDDING_MODEL === undefined)
    return { status: 'ok', detail: 'built in', zh: '内置' };
  const model = await context.embedder('question');
  await model.embed(['rag doctor'], 'query');
  const { model: indexed } = await (await context.reader()).fingerprint();
  if (indexed !== undefined && indexed !== model.id)
    return {
      status: 'fail',
      detail: `${model.id} is configured, the home holds vectors of ${indexed}`,
      zh: `配置的是 ${model.id}，而库中的向量来自 ${indexed}`,
      hint: 'rag model use builds the new vectors and switches; or set the model back',
      zhHint: 'rag model use 会建立新向量并切换；或改回原来的模型',
    };
  if (!model.remote) return { status: 'ok', detail: model.id };
  return {
    status: 'ok',
    detail: `${model.id} (document text leaves this machine)`,
    zh: `${model.id}（文档内容会离开本机）`,
  };
}

async function answers(context: Context): Promise<Finding> {
  const generator = await context.generator();
  if (generator === undefined)
    return {
      status: 'ok',
      detail: 'extractive: sentences from your documents (no language model configured or running)',
      zh: '摘录：用文档中的原句回答（没有配置或运行语言模型）',
    };
  if (!generator.remote) return { status: 'ok', detail: generator.id };
  return {
    status: 'ok',
    detail: `${generator.id} (passages leave this machine)`,
    zh: `${generator.id}（段落会离开本机）`,
  };
}
