import { formatBytes } from '../../units.ts';

export const en = {
  ask: (from: string, to: string) => `Bring everything from ${from} to ${to}?`,
  plan: (
    from: string,
    to: string,
    here: { documents: number; chunks: number },
    files: number,
    bytes: number,
    questions: number,
  ) =>
    `${from} → ${to}\n1. ${here.documents} documents, ${here.chunks} passages and their vectors, as a pack\n2. ${files} originals (${formatBytes(bytes)}) that are not there yet\n3. conversations\n4. ${questions} questions to both, three ways; at least 95 % of the best ten must agree\n5. home: in rag.yaml`,
  moved: (documents: number, chunks: number, changed: number) =>
    `${documents} documents with ${chunks} passages, ${changed} of them new there`,
  originals: (sent: number, present: number, absent: number) =>
    `originals: ${sent} brought, ${present} there before${absent === 0 ? '' : `, ${absent} to be had nowhere: their text went alone`}`,
  talks: (sessions: number, turns: number) => `${sessions} conversations, ${turns} turns of them new there`,
  parity: (mode: string, questions: number, overlap: number, equal: number) =>
    `${mode}: ${questions} questions, overlap of the best ten ${overlap.toFixed(3)}, ${equal} the same in every place`,
  switched: (to: string, file: string) => `from now on: ${to} (home: in ${file})`,
  kept: 'rag.yaml was left as it is',
};

export const zh: typeof en = {
  ask: (from, to) => `把 ${from} 中的一切迁移到 ${to}？`,
  plan: (from, to, here, files, bytes, questions) =>
    `${from} → ${to}\n1. ${here.documents} 个文档、${here.chunks} 个段落及其向量，打成一个包\n2. ${files} 个对方尚无的原件（${formatBytes(bytes)}）\n3. 对话\n4. 用 ${questions} 个问题以三种方式询问双方；前十至少 95 % 一致\n5. rag.yaml 中的 home:`,
  moved: (documents, chunks, changed) => `${documents} 个文档，${chunks} 个段落，其中 ${changed} 个在对方是新的`,
  originals: (sent, present, absent) =>
    `原件：迁移 ${sent} 个，原有 ${present} 个${absent === 0 ? '' : `，${absent} 个已找不到：只迁移其文本`}`,
  talks: (sessions, turns) => `${sessions} 个对话，其中 ${turns} 轮在对方是新的`,
  parity: (mode, questions, overlap, equal) =>
    `${mode}：${questions} 个问题，前十重合度 ${overlap.toFixed(3)}，${equal} 个完全相同`,
  switched: (to, file) => `今后使用：${to}（${file} 中的 home:）`,
  kept: 'rag.yaml 保持不变',
};
