import type { Lang } from './messages.ts';

const en = {
  nothing: 'nothing to do',
  plan: (n: number) => `${n} steps:`,
  go: 'Do this?',
  wrote: (folder: string) => `${folder} is ready. Next: rag stack up`,
  complete: (folder: string) => `${folder}: all is there`,
  up: (url: string, seconds: number | undefined) =>
    `${url} is up${seconds === undefined ? '' : `, proven by a document and a question in ${seconds} s`}`,
  admin: (user: string, file: string) => `sign in as ${user}; the password is in ${file}`,
  unproven: (user: string) =>
    `not proven: secrets/admin_password is not the password of ${user} any more; set RAG_API_KEY to a key that may upload`,
  down: 'stopped; the data are where they were',
  degraded: (names: string) => `not as it should be: ${names}`,
  retry: 'docker compose exec api rag worker --retry tries them again, --drop forgets them',
  vendor: (file: string) => `${file}: take it there, then docker load -i it`,
  destroyed: (n: number) => `${n} volumes deleted`,
  typed: (name: string) => `This deletes all data of ${name} for good. Type its name: `,
  columns: ['SERVICE', 'STATE', 'HEALTH', 'RESTARTS', 'IMAGE', ''],
  drift: 'differs from the files',
};
const zh: typeof en = {
  nothing: '无需操作',
  plan: (n) => `${n} 个步骤：`,
  go: '执行？',
  wrote: (folder) => `${folder} 已就绪。下一步：rag stack up`,
  complete: (folder) => `${folder}：一切就绪`,
  up: (url, seconds) => `${url} 已启动${seconds === undefined ? '' : `，已用一个文档和一个问题在 ${seconds} 秒内验证`}`,
  admin: (user, file) => `以 ${user} 登录；密码在 ${file}`,
  unproven: (user) => `未验证：secrets/admin_password 已不是 ${user} 的密码；请设置 RAG_API_KEY`,
  down: '已停止；数据保持原样',
  degraded: (names) => `状态不正常：${names}`,
  retry: 'docker compose exec api rag worker --retry 重试这些任务，--drop 则放弃',
  vendor: (file) => `${file}：带到目标机器后执行 docker load -i`,
  destroyed: (n) => `已删除 ${n} 个数据卷`,
  typed: (name) => `这将永久删除 ${name} 的全部数据。请输入其名称：`,
  columns: ['服务', '状态', '健康', '重启', '镜像', ''],
  drift: '与文件不一致',
};

export const stackWords = (lang: Lang): typeof en => (lang === 'zh' ? zh : en);
