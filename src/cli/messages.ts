import type { Locator } from '../types.ts';
import { formatBytes, formatSeconds } from '../units.ts';
import * as accounts from './words/accounts.ts';
import * as move from './words/move.ts';

export type Lang = 'en' | 'zh';

const en = {
  page: (n: number) => `p. ${n}`,
  slide: (n: number) => `slide ${n}`,
  line: (n: number) => `line ${n}`,
  ocr: (confidence: number) => `read by OCR, confidence ${Math.round(confidence * 100)} %`,
  sheet: (name: string) => `sheet ${name}`,
  noHits: 'Nothing found.',
  noChange: 'Nothing changed.',
  noTables: 'No tables in this document.',
  abstained: 'This is not in your documents.',
  sources: 'Sources',
  unsupported: 'no source supports this',
  nothingToIngest: 'nothing to ingest',
  found: (n: number) => `${n} files found`,
  embedding: 'embedding',
  reading: 'reading',
  asking: 'asking',
  left: (seconds: number) => `${formatSeconds(seconds)} left`,
  rate: (name: string, value: string) => `${value} ${name}/s`,
  files: (n: number) => `${n} ${n === 1 ? 'file' : 'files'}`,
  counts: {
    added: 'added',
    updated: 'updated',
    unchanged: 'unchanged',
    renamed: 'renamed',
    removed: 'removed',
    skipped: 'skipped',
    partial: 'partial',
    failed: 'failed',
  },
  serving: (url: string, token: string | undefined) =>
    `${url}${token === undefined ? '' : `/#token=${token}`}  (API: ${url}/docs)${token === undefined ? '' : `\ntoken: ${token}`}\n`,
  accounts: accounts.en,
  chat: {
    sources: 'Sources',
    unsupported: 'no source supports this',
    instruction: 'looks like an instruction to a language model; treated as text',
    thinking: '…',
    empty: 'ask a question',
    everything: 'all documents',
    keys: {
      input: 'Enter ask · Tab sources · /help · Ctrl-C leave',
      sources: '↑↓ choose · Enter open · Esc back',
      passage: '↑↓ scroll · Esc back',
    },
    badK: '/k takes a number from 1 to 100',
    whyUse: 'ask a question first, then /why PATH says why that document was (not) found',
    unknown: (name: string) => `no command /${name}; /help names them`,
    help: '/in GLOB  ask only these documents (/in alone: all)\n/k N  passages to look at\n/model [NAME]  who answers\n/sources  of the last answer\n/why PATH  why that document was (not) found\n/save [FILE]  as JSON, which rag verify checks\n/export md [FILE]  as Markdown\n/quit',
    resume: (id: string) => `rag chat --resume ${id} goes on here`,
  },
  declined: 'nothing was done',
  move: move.en,
  login: {
    ask: 'Key: ',
    plain: (url: string) => `${url} is not encrypted: whoever is on the way can read the key and the documents`,
    done: (url: string, documents: number, file: string) =>
      `${url}: ${documents} ${documents === 1 ? 'document' : 'documents'}; remembered in ${file}\nrag search "…" --home stack`,
    forgotten: 'forgotten',
    none: 'nothing was remembered',
  },
  model: {
    current: 'in use',
    kept: 'kept: rag model use --undo',
    switched: (model: string) => `in use now: ${model}; the vectors before are kept (rag model use --undo)`,
    already: (model: string) => `${model} is in use already`,
    goesOn: (pending: number) => `${pending} passages to go; the same command goes on`,
    compared: (better: number, worse: number, same: number) =>
      `on ${better + worse + same} questions: better ${better}, worse ${worse}, same ${same}`,
  },
  migrate: {
    nothing: 'all is there already',
    done: (lines: string[]) => `done:\n${lines.join('\n')}`,
    ask: 'Do this?',
  },
  pack: {
    wrote: (file: string, documents: number, bytes: number) => `${file}: ${documents} documents, ${formatBytes(bytes)}`,
    whole: (documents: number, chunks: number) => `${documents} documents, ${chunks} passages: as they were written`,
    signedBy: (key: string) => `signed with the key ${key}`,
    imported: (added: number, updated: number, unchanged: number) =>
      `${added} added, ${updated} updated, ${unchanged} unchanged`,
  },
  worse: 'worse:',
  stages: {
    ...{
      file: 'file',
      ignored: 'ignored',
      ingested: 'ingested',
      read: 'read',
      current: 'up to date',
      text: 'in the text',
    },
    ...{ filter: 'filters', candidates: 'found by a leg', rank: 'rank' },
  },
  stale: {
    gone: 'no longer there',
    changed: 'changed',
    summary: (n: number, of: number) => `${n} of ${of} saved answers rest on text that has changed`,
  },
  verify: {
    summary: (valid: number, checked: number) => `${valid} of ${checked} citations hold`,
    moved: (n: number) => `${n} of them stand elsewhere in the file than they did`,
  },
  plan: {
    files: (n: number, bytes: number, unchanged: number) =>
      `${n} files to read, ${formatBytes(bytes)}${unchanged > 0 ? ` (${unchanged} unchanged)` : ''}`,
    parts: (pages: number, ocr: number, chunks: number) =>
      `about ${pages} pages${ocr > 0 ? `, ${ocr} of them by text recognition` : ''}, ${chunks} passages`,
    time: (read: string, embed: string | undefined) =>
      embed === undefined ? `about ${read} to read` : `about ${read} to read, ${embed} to embed`,
    memory: (bytes: string) => `about ${bytes} of memory at the peak`,
    cost: (dollars: string) => `about $${dollars} for the embedding model`,
    probed: (n: number) => `from ${n} files read as a sample; nothing was changed`,
  },
  ingested: (chunks: number, bytes: number, seconds: number) =>
    `${chunks} passages from ${formatBytes(bytes)} in ${formatSeconds(seconds)}`,
  embedded: (embedded: number, chunks: number) => `${embedded} of ${chunks} passages embedded`,
  resume: 'rag embed continues',
  partly: (embedded: number, chunks: number) =>
    `${embedded} of ${chunks} passages are embedded; the others were searched by words only (rag embed continues)`,
  answeredBy: (model: string) => `answered by ${model}`,
  extractive: 'no language model configured or running: answering with sentences from your documents',
  removed: (n: number) => `${n} removed`,
  documents: (n: number) => `${n} ${n === 1 ? 'document' : 'documents'}`,
  passages: (n: number) => `${n} ${n === 1 ? 'passage' : 'passages'}`,
  pages: (n: number) => `${n} p`,
  empty: 'no documents yet; add some with: rag ingest FOLDER',
  retokenizing: 'the tokenizer or Unicode data changed with this Node.js: indexing the stored text again',
  staleTokens:
    'the index was made by another tokenizer or Unicode version; it still answers, the next rag ingest renews it',
  instruction: 'looks like an instruction to a language model; treated as text',
  watching: (paths: string) => `watching ${paths}; Ctrl-C stops`,
  wrote: (path: string) => `wrote ${path}`,
  exists: (path: string) => `${path} is there already; left as it is`,
};

export type Messages = typeof en;

const zh: Messages = {
  page: (n) => `第 ${n} 页`,
  slide: (n) => `第 ${n} 张幻灯片`,
  line: (n) => `第 ${n} 行`,
  ocr: (confidence) => `文字识别所得，置信度 ${Math.round(confidence * 100)} %`,
  sheet: (name) => `工作表 ${name}`,
  noHits: '没有找到。',
  noChange: '没有变化。',
  noTables: '此文档中没有表格。',
  abstained: '您的文档中没有答案。',
  sources: '出处',
  unsupported: '没有出处支持这句话',
  nothingToIngest: '没有可导入的文件',
  found: (n) => `找到 ${n} 个文件`,
  embedding: '向量化',
  reading: '读取',
  asking: '提问',
  left: (seconds) => `还需 ${formatSeconds(seconds)}`,
  rate: (name, value) => `${value} ${name}/s`,
  files: (n) => `${n} 个文件`,
  counts: {
    added: '新增',
    updated: '更新',
    unchanged: '未变',
    renamed: '改名',
    removed: '移除',
    skipped: '跳过',
    partial: '部分',
    failed: '失败',
  },
  serving: (url, token) =>
    `${url}${token === undefined ? '' : `/#token=${token}`}  (API: ${url}/docs)${token === undefined ? '' : `\n令牌：${token}`}\n`,
  accounts: accounts.zh,
  chat: {
    sources: '来源',
    unsupported: '没有来源支持',
    instruction: '看起来像是给语言模型的指令；仅作为文本处理',
    thinking: '…',
    empty: '请输入问题',
    everything: '全部文档',
    keys: {
      input: '回车提问 · Tab 查看来源 · /help 帮助 · Ctrl-C 退出',
      sources: '↑↓ 选择 · 回车打开 · Esc 返回',
      passage: '↑↓ 滚动 · Esc 返回',
    },
    badK: '/k 需要 1 到 100 的数字',
    whyUse: '请先提问，再用 /why 路径 查看该文档为何（未）被找到',
    unknown: (name) => `没有命令 /${name}；/help 列出全部命令`,
    help: '/in 通配符  只问这些文档（单独 /in：全部）\n/k N  查看的段落数\n/model [名称]  由谁回答\n/sources  上一个回答的来源\n/why 路径  该文档为何（未）被找到\n/save [文件]  存为 JSON，可用 rag verify 核对\n/export md [文件]  存为 Markdown\n/quit 退出',
    resume: (id) => `继续此会话：rag chat --resume ${id}`,
  },
  declined: '未做任何操作',
  move: move.zh,
  login: {
    ask: '密钥：',
    plain: (url) => `${url} 未加密：途中任何人都能读到密钥和文档`,
    done: (url, documents, file) => `${url}：${documents} 个文档；已记入 ${file}\nrag search "…" --home stack`,
    forgotten: '已忘记',
    none: '没有记住任何登录',
  },
  model: {
    current: '使用中',
    kept: '已保留：rag model use --undo',
    switched: (model) => `现在使用 ${model}；此前的向量已保留（rag model use --undo）`,
    already: (model) => `已在使用 ${model}`,
    goesOn: (pending) => `还有 ${pending} 个段落；再次运行同一命令即可继续`,
    compared: (better, worse, same) => `${better + worse + same} 个问题：更好 ${better}，更差 ${worse}，相同 ${same}`,
  },
  migrate: {
    nothing: '一切就绪',
    done: (lines) => `已完成：\n${lines.join('\n')}`,
    ask: '执行吗？',
  },
  pack: {
    wrote: (file, documents, bytes) => `${file}：${documents} 个文档，${formatBytes(bytes)}`,
    whole: (documents, chunks) => `${documents} 个文档，${chunks} 个段落：与写入时一致`,
    signedBy: (key) => `签名密钥 ${key}`,
    imported: (added, updated, unchanged) => `新增 ${added}，更新 ${updated}，未变 ${unchanged}`,
  },
  worse: '变差：',
  stages: {
    ...{ file: '文件', ignored: '忽略规则', ingested: '已导入', read: '已读取', current: '是否最新', text: '文本中' },
    ...{ filter: '过滤条件', candidates: '检索候选', rank: '排名' },
  },
  stale: {
    gone: '已不存在',
    changed: '已变更',
    summary: (n, of) => `${of} 个已保存的回答中有 ${n} 个所依据的文字已变更`,
  },
  verify: {
    summary: (valid, checked) => `${checked} 条引用中有 ${valid} 条与原文一致`,
    moved: (n) => `其中 ${n} 条在文件中的位置有变`,
  },
  plan: {
    files: (n, bytes, unchanged) =>
      `将读取 ${n} 个文件，共 ${formatBytes(bytes)}${unchanged > 0 ? `（${unchanged} 个未变）` : ''}`,
    parts: (pages, ocr, chunks) => `约 ${pages} 页${ocr > 0 ? `（其中 ${ocr} 页需文字识别）` : ''}，${chunks} 个段落`,
    time: (read, embed) => (embed === undefined ? `读取约需 ${read}` : `读取约需 ${read}，嵌入约需 ${embed}`),
    memory: (bytes) => `内存峰值约 ${bytes}`,
    cost: (dollars) => `嵌入模型费用约 ${dollars} 美元`,
    probed: (n) => `由 ${n} 个样本文件推算；未做任何更改`,
  },
  ingested: (chunks, bytes, seconds) => `${chunks} 个段落，来自 ${formatBytes(bytes)}，用时 ${formatSeconds(seconds)}`,
  embedded: (embedded, chunks) => `已向量化 ${embedded} / ${chunks} 个段落`,
  resume: 'rag embed 可继续',
  partly: (embedded, chunks) => `已向量化 ${embedded} / ${chunks} 个段落；其余仅按词检索（rag embed 可继续）`,
  answeredBy: (model) => `由 ${model} 回答`,
  extractive: '没有配置或运行语言模型：用文档中的原句回答',
  removed: (n) => `已移除 ${n} 个`,
  documents: (n) => `${n} 个文档`,
  passages: (n) => `${n} 个段落`,
  pages: (n) => `${n} 页`,
  empty: '还没有文档；用 rag ingest 文件夹 添加',
  retokenizing: '分词器或 Node.js 的 Unicode 数据有变：正在用已存文本重建索引',
  staleTokens: '索引由另一版本的分词器或 Unicode 数据生成；仍可检索，下次 rag ingest 会更新',
  instruction: '看起来像是给语言模型的指令；仅作为文本处理',
  watching: (paths) => `正在监视 ${paths}；按 Ctrl-C 停止`,
  wrote: (path) => `已写入 ${path}`,
  exists: (path) => `${path} 已存在，未改动`,
};

/** The language of the surroundings. */
export function langOf(env: Record<string, string | undefined>): Lang {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 'zh' : 'en';
}

export function messagesFor(lang: Lang): Messages {
  return lang === 'zh' ? zh : en;
}

/** Recognised text below this confidence is shown with a warning: about every tenth character may be wrong. */
const UNSURE = 0.85;

/** `p. 3 › Install › Linux` */
export function place(say: Messages, locator: Locator): string {
  const parts: string[] = [];
  if (locator.part !== undefined) parts.push(locator.part);
  if (locator.page !== undefined) parts.push(say.page(locator.page));
  if (locator.slide !== undefined) parts.push(say.slide(locator.slide));
  if (locator.sheet !== undefined) parts.push(say.sheet(locator.sheet) + (locator.range ? ` ${locator.range}` : ''));
  parts.push(...(locator.heading ?? []).filter((heading) => heading !== ''));
  if (locator.line !== undefined && locator.page === undefined) parts.push(say.line(locator.line));
  if (locator.ocr !== undefined && locator.ocr < UNSURE) parts.push(say.ocr(locator.ocr));
  return parts.join(' › ');
}
