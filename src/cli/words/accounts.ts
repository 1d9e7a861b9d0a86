/** Sentences about users, keys and signing in. */
export const en = {
  all: 'all collections',
  newPassword: 'New password: ',
  again: 'Once more: ',
  password: (name: string) => `Password of ${name}: `,
  revoked: 'revoked',
  until: (time: string | null) => (time === null ? 'does not expire' : `until ${time.slice(0, 10)}`),
  nobody: 'there is no user yet who could sign in: rag user add NAME --role admin, here on the server',
  ephemeral: 'JWT_SECRET_KEY is not set: sessions end with this process',
};

export const zh: typeof en = {
  all: '所有集合',
  newPassword: '新密码：',
  again: '再输入一次：',
  password: (name) => `${name} 的密码：`,
  revoked: '已吊销',
  until: (time) => (time === null ? '永不过期' : `有效期至 ${time.slice(0, 10)}`),
  nobody: '还没有可以登录的用户：请在服务器上运行 rag user add 用户名 --role admin',
  ephemeral: '未设置 JWT_SECRET_KEY：本进程结束时会话随之失效',
};
